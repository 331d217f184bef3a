import type { FieldProblem } from "../errors.ts";

/** Gathers problems; every rule adds its own and none stops the others. */
export class Problems {
  readonly list: FieldProblem[] = [];

  required(path: string, problem: string, hint?: string): void {
    this.#add({ path, reason: "FieldValueRequired", problem, ...(hint !== undefined && { hint }) });
  }

  invalid(path: string, value: unknown, problem: string, hint?: string): void {
    this.#add({ path, reason: "FieldValueInvalid", value, problem, ...(hint !== undefined && { hint }) });
  }

  unsupported(path: string, value: unknown, problem: string, hint?: string): void {
    this.#add({ path, reason: "FieldValueNotSupported", value, problem, ...(hint !== undefined && { hint }) });
  }

  duplicate(path: string, value: unknown, hint?: string): void {
    this.#add({
      path,
      reason: "FieldValueDuplicate",
      value,
      problem: `${JSON.stringify(value)} is there twice`,
      ...(hint !== undefined && { hint }),
    });
  }

  forbidden(path: string, problem: string, hint?: string): void {
    this.#add({ path, reason: "FieldValueForbidden", problem, ...(hint !== undefined && { hint }) });
  }

  addAll(problems: readonly FieldProblem[]): void {
    this.list.push(...problems);
  }

  #add(problem: FieldProblem): void {
    this.list.push(problem);
  }
}
