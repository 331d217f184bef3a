import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { float32Text } from "./float32-text.ts";

/** How the numbers of a TensorFlow data type (types.proto) are written: in tensor_content, little-endian, and in the message's own typed field. */
interface NumberType {
  readonly bytes: number;
  readonly read: (data: DataView) => string;
  /** Field of TensorProto that holds single values. */
  readonly field: number;
  readonly readField: (reader: BinaryReader) => string;
}

const integer = (bytes: number, read: (data: DataView) => number | bigint): NumberType => ({
  bytes,
  read: (data) => String(read(data)),
  field: 7,
  readField: (reader) => String(reader.int32()),
});

const types: Readonly<Record<number, NumberType>> = {
  1: {
    bytes: 4,
    read: (data) => float32Text(data.getFloat32(0, true)),
    field: 5,
    readField: (reader) => float32Text(reader.float()),
  },
  2: {
    bytes: 8,
    read: (data) => String(data.getFloat64(0, true)),
    field: 6,
    readField: (reader) => String(reader.double()),
  },
  3: integer(4, (data) => data.getInt32(0, true)),
  4: integer(1, (data) => data.getUint8(0)),
  5: integer(2, (data) => data.getInt16(0, true)),
  6: integer(1, (data) => data.getInt8(0)),
  9: {
    bytes: 8,
    read: (data) => String(data.getBigInt64(0, true)),
    field: 10,
    readField: (reader) => String(reader.int64()),
  },
  14: {
    bytes: 2,
    read: (data) => bfloat16Text(data.getUint16(0, true)),
    field: 13,
    readField: (reader) => bfloat16Text(reader.int32()),
  },
  17: integer(2, (data) => data.getUint16(0, true)),
  19: {
    bytes: 2,
    read: (data) => float16Text(data.getUint16(0, true)),
    field: 13,
    readField: (reader) => float16Text(reader.int32()),
  },
  22: {
    bytes: 4,
    read: (data) => String(data.getUint32(0, true)),
    field: 16,
    readField: (reader) => String(reader.uint32()),
  },
  23: {
    bytes: 8,
    read: (data) => String(data.getBigUint64(0, true)),
    field: 17,
    readField: (reader) => String(reader.uint64()),
  },
};

const typedFields = new Set(Object.values(types).map(({ field }) => field));

/** The value of a tensor with exactly one number; undefined for texts, images and whatever has more. @throws when the bytes are no TensorProto */
export function tensorScalar(data: Uint8Array): string | undefined {
  const reader = new BinaryReader(data);
  let type: NumberType | undefined;
  let content: Uint8Array | undefined;
  let elements = 1;
  const typed = new Map<number, Uint8Array>();
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const start = reader.pos;
    if (field === 1 && wire === WireType.Varint) type = types[reader.int32()];
    else if (field === 2 && wire === WireType.LengthDelimited) elements = elementCount(reader.bytes());
    else if (field === 4 && wire === WireType.LengthDelimited) content = reader.bytes();
    else if (typedFields.has(field)) {
      if (wire === WireType.LengthDelimited) typed.set(field, reader.bytes());
      else {
        reader.skip(wire, field);
        typed.set(field, data.subarray(start, reader.pos));
      }
    } else reader.skip(wire, field);
  }
  if (type === undefined || elements !== 1) return undefined;
  if (content !== undefined && content.length === type.bytes)
    return type.read(new DataView(content.buffer, content.byteOffset, content.byteLength));
  const own = typed.get(type.field);
  // Zero is what proto3 does not write.
  return own !== undefined && own.length > 0
    ? type.readField(new BinaryReader(own))
    : content === undefined
      ? "0"
      : undefined;
}

function elementCount(shape: Uint8Array): number {
  const reader = new BinaryReader(shape);
  let count = 1;
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 2 && wire === WireType.LengthDelimited) count *= dimensionSize(reader.bytes());
    else reader.skip(wire, field);
  }
  return count;
}

function dimensionSize(dimension: Uint8Array): number {
  const reader = new BinaryReader(dimension);
  let size = 0;
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1 && wire === WireType.Varint) size = Number(reader.int64());
    else reader.skip(wire, field);
  }
  return size;
}

function bfloat16Text(bits: number): string {
  const data = new DataView(new ArrayBuffer(4));
  data.setUint32(0, (bits & 0xffff) * 0x10000);
  return float32Text(data.getFloat32(0));
}

/** IEEE 754 half precision. */
function float16Text(bits: number): string {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? String(sign * Number.POSITIVE_INFINITY) : "NaN";
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return float32Text(sign * size);
}
