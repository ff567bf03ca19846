import { initPluginTranslations } from '@grafana/i18n';
import { config } from '@grafana/runtime';
import i18next from 'i18next';

/** Loads a plugin's texts in the language of the page, as Grafana does before it loads the plugin. */
export async function loadLanguage(plugin: string): Promise<void> {
  await initPluginTranslations(plugin);
  const { language } = config.bootData.user;
  const response = await fetch(`/public/plugins/${plugin}/locales/${language}/${plugin}.json`);
  if (!response.ok) throw new Error(`no texts of ${plugin} in ${language}: ${response.status}`);
  i18next.addResourceBundle(language, plugin, await response.json());
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
