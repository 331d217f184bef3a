import { QalamError } from "@qalam/api";

/** An algorithm refuses the experiment: its settings or search space do not fit. It does not heal by trying again. */
export class SettingsError extends QalamError {
  readonly code = "SETTINGS";
  readonly status = 422;
}
