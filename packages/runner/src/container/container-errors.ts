import { QalamError } from "@qalam/api";

/** A container cannot become a process. The message says what to write; `reason` is what the pod's status says. */
export abstract class ContainerError extends QalamError {
  abstract readonly reason: string;
  readonly status = 422;
}

/** What it refers to is not there or makes no sense. */
export class ContainerConfigError extends ContainerError {
  readonly code = "CONTAINER_CONFIG";
  readonly reason = "CreateContainerConfigError";
}

/** Its program cannot be started. */
export class ContainerStartError extends ContainerError {
  readonly code = "CONTAINER_START";
  readonly reason = "StartError";
}
