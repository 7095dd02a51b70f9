/** Where supervisors look for their services by default, as byte paths; those that are not there do no harm. */
export const SERVICE_DIRECTORIES: readonly string[] = [
  "/service",
  "/etc/service",
  "/var/service",
  "/run/service",
  "/etc/s6",
];
