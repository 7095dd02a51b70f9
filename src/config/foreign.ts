const LOG = "tidemark writes its log to standard error";
const COMMANDS = "tidemark runs no commands for its askers";
const MODULES = "tidemark loads no modules";
const USER = "tidemark runs as the user that starts it";
const OUTBOX = "values wait in StateDir until the server has them";
const LATER = "not available in this version";

/** Directives of zabbix_agentd and zabbix_agent2 (6.0, 7.0) that tidemark does not have, and what to know instead. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ["LogFile", LOG],
  ["LogFileSize", LOG],
  ["LogType", LOG],
  ["PidFile", "tidemark stays in the foreground and needs none; its supervisor knows the process"],
  ["StartAgents", "one process answers all passive checks"],
  ["ListenBacklog", "tidemark sets its own backlog"],
  ["AllowRoot", USER],
  ["User", USER],
  ["EnableRemoteCommands", COMMANDS],
  ["LogRemoteCommands", COMMANDS],
  ["UserParameter", `${COMMANDS}; UserParameter.Keys names keys for an agent's UserParameters`],
  ["UserParameterDir", COMMANDS],
  ["UnsafeUserParameters", COMMANDS],
  ["LoadModule", MODULES],
  ["LoadModulePath", MODULES],
  ["MaxLinesPerSecond", "tidemark has no log items"],
  ["ControlSocket", "the control socket is tidemark.sock in RunDir"],
  ["StatusPort", "tidemark status shows the same"],
  ["PluginSocket", MODULES],
  ["PluginTimeout", MODULES],
  ["HostnameItem", "name the host with Hostname"],
  ["HostInterfaceItem", "name the interface with HostInterface"],
  ["HostMetadataItem", "write the metadata into HostMetadata"],
  ["SourceIP", LATER],
  ["ForceActiveChecksOnStart", "new items are checked at once"],
  ["BufferSize", OUTBOX],
  ["EnablePersistentBuffer", OUTBOX],
  ["PersistentBufferFile", OUTBOX],
  ["PersistentBufferPeriod", OUTBOX],
]);

/** Why a directive that agents know is refused; undefined when agents do not know it either. */
export function foreignReason(name: string): string | undefined {
  if (name.startsWith("Plugins.")) return MODULES;
  return FOREIGN.get(name);
}
