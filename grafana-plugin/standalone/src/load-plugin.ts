import type { PanelPlugin } from '@grafana/data';
import { sharedModules } from './shared-modules.ts';

interface SystemLoader {
  set(id: string, module: object): void;
  addImportMap(map: { imports: Record<string, string> }): void;
  import(url: string): Promise<unknown>;
}

declare const System: SystemLoader;

/** Loads a built panel as Grafana does: an AMD module by SystemJS, which gets the shared libraries from here. */
export async function loadPlugin(id: string): Promise<PanelPlugin> {
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(sharedModules)) {
    imports[name] = `package:${name}`;
    System.set(`package:${name}`, { ...module, __useDefault: false });
  }
  System.addImportMap({ imports });
  const module = await System.import(`${location.origin}/public/plugins/${id}/module.js`);
  const { plugin } = module as { plugin?: PanelPlugin };
  if (!plugin?.panel) throw new Error(`module.js of ${id} exports no panel as \`plugin\``);
  return plugin;
}
