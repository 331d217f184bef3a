import { CONFIG_MAP, type Experiment, QalamError, type TemplateObject } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";

/** The ConfigMap of a trial template is not there (any more). It may come: this is tried again. */
class TemplateSourceError extends QalamError {
  readonly code = "TEMPLATE_SOURCE";
  readonly status = 422;
}

/** An experiment's trial template: the object, or the text of a ConfigMap's key. @throws TemplateSourceError */
export async function trialTemplateOf({ spec }: Experiment, store: ResourceStore): Promise<TemplateObject | string> {
  const { trialSpec, configMap } = spec.trialTemplate ?? {};
  if (trialSpec !== undefined) return trialSpec;
  const { configMapName = "", configMapNamespace = "", templatePath = "" } = configMap ?? {};
  const key = { namespace: configMapNamespace, name: configMapName };
  const text = (await store.get(CONFIG_MAP, key, { shared: true }))?.data?.[templatePath];
  if (text === undefined)
    throw new TemplateSourceError(
      `spec.trialTemplate.configMap: expected a ConfigMap ${configMapName} in namespace ${configMapNamespace} with key "${templatePath}", found none; create it and the experiment goes on`,
    );
  return text;
}
