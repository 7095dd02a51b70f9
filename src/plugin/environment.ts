/** Where Debian's programs are, for agents that were started without a PATH. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The environment of what the plugin starts: the agent's, with a PATH in any case, since tidemark looks for flock(1). */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: process.env["PATH"] || PATH };
}
