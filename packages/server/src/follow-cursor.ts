import { RequestError } from "./status-error.ts";

/** Where someone who follows the rows of a trial has come to. Rows are numbered in order of arrival. */
export interface FollowCursor {
  /** Rows before this number were told. */
  readonly from: number;
  /** Of the rows up to this number, exclusive, some were told, in the order in which the store hands on rows that are there. */
  readonly until: number;
  /** How many of those. */
  readonly told: number;
}

/** As it stands in answers and requests. */
export function cursorText({ from, until, told }: FollowCursor): string {
  return `${from}-${until}-${told}`;
}

/** @throws RequestError for a text that no answer had */
export function parseCursor(text: string): FollowCursor {
  const [from, until, told] = (/^(\d{1,15})-(\d{1,15})-(\d{1,15})$/.exec(text) ?? []).slice(1).map(Number);
  if (from === undefined || until === undefined || told === undefined || from > until)
    throw new RequestError(400, `cursor is ${JSON.stringify(text)}, expected one of an earlier answer`);
  return { from, until, told };
}
