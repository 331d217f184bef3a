import { QalamError } from "@qalam/api";

/** A container cannot be set up as it is written: a reference leads nowhere, a command is missing. The message says what to write. */
export class ContainerConfigError extends QalamError {
  readonly code = "CONTAINER_CONFIG";
  readonly status = 422;
}
