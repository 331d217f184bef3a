import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { float32Text } from "./float32-text.ts";
import { tensorScalar } from "./tensor-scalar.ts";

/** What of an event can be a metric. Fields as TensorFlow's event.proto and summary.proto number them. */
export interface EventMessage {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Undefined when not written: zero, or a writer that was given none. */
  readonly step: number | undefined;
  readonly scalars: readonly { readonly tag: string; readonly value: string }[];
}

/** Reads the scalars of one event. @throws when the bytes are no such message */
export function readEvent(data: Uint8Array): EventMessage {
  const reader = new BinaryReader(data);
  let wallTime = Number.NaN;
  let step: number | undefined;
  let scalars: EventMessage["scalars"] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.Bit64) wallTime = reader.double();
    else if (field === 2 && type === WireType.Varint) step = Number(reader.int64());
    else if (field === 5 && type === WireType.LengthDelimited) scalars = [...scalars, ...readSummary(reader.bytes())];
    else reader.skip(type, field);
  }
  return { wallTime, step, scalars };
}

function readSummary(data: Uint8Array): { tag: string; value: string }[] {
  const reader = new BinaryReader(data);
  const found: { tag: string; value: string }[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.LengthDelimited) {
      const { tag, value } = readValue(reader.bytes());
      if (value !== undefined) found.push({ tag, value });
    } else reader.skip(type, field);
  }
  return found;
}

function readValue(data: Uint8Array): { tag: string; value: string | undefined } {
  const reader = new BinaryReader(data);
  let tag = "";
  let value: string | undefined;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.LengthDelimited) tag = reader.string();
    else if (field === 2 && type === WireType.Bit32) value = float32Text(reader.float());
    else if (field === 8 && type === WireType.LengthDelimited) value = tensorScalar(reader.bytes());
    else reader.skip(type, field);
  }
  return { tag, value };
}
