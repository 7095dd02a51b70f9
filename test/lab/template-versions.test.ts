import { expect, test } from "vitest";
import { Api } from "./api.ts";
import { withEachServer } from "./lab.ts";
import { copied, deleteTemplate, importTemplate, templateFiles } from "./templates.ts";

/* Files for one version on a server of the other. */

withEachServer((server) => {
  const other = server.version === "6.0" ? "7.0" : "6.0";
  const files = templateFiles(other).map((template) => copied(template, `for ${other}`));

  test.runIf(server.version === "6.0")(
    "6.0 refuses every file for 7.0, says why, and has nothing of it",
    async () => {
      const api = await Api.login(server);
      for (const template of files) {
        const refused = importTemplate(api, server, template);
        await expect(refused).rejects.toThrow('Invalid tag "/zabbix_export/version": unsupported version number.');
        expect(await api.idOf("template", template.title)).toBeUndefined();
      }
    },
    60_000,
  );

  test.runIf(server.version === "7.0")(
    "7.0 takes every file for 6.0",
    async () => {
      const api = await Api.login(server);
      for (const template of files) {
        await importTemplate(api, server, template);
        expect(await api.idOf("template", template.title)).toBeDefined();
        await deleteTemplate(api, template);
      }
    },
    180_000,
  );
});
