/// The element types of stored tensors, across all formats.
package enum ElementType: String, Sendable, CaseIterable {
    case float16, bfloat16, float32, float64
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case bool

    /// Bytes per element.
    package var size: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }
}

extension ElementType {
    /// The name that a safetensors header uses.
    var safetensorsName: String {
        switch self {
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float32: "F32"
        case .float64: "F64"
        case .int8: "I8"
        case .int16: "I16"
        case .int32: "I32"
        case .int64: "I64"
        case .uint8: "U8"
        case .uint16: "U16"
        case .uint32: "U32"
        case .uint64: "U64"
        case .bool: "BOOL"
        }
    }

    init?(safetensorsName name: String) {
        guard let type = Self.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
        self = type
    }

    /// A numpy type string without its byte order: kind letter and bytes per element.
    init?(numpyName name: String) {
        switch name {
        case "f2": self = .float16
        case "f4": self = .float32
        case "f8": self = .float64
        case "i1": self = .int8
        case "i2": self = .int16
        case "i4": self = .int32
        case "i8": self = .int64
        case "u1": self = .uint8
        case "u2": self = .uint16
        case "u4": self = .uint32
        case "u8": self = .uint64
        case "b1": self = .bool
        default: return nil
        }
    }

    /// The class name of a typed PyTorch storage.
    init?(torchStorageName name: String) {
        switch name {
        case "HalfStorage": self = .float16
        case "BFloat16Storage": self = .bfloat16
        case "FloatStorage": self = .float32
        case "DoubleStorage": self = .float64
        case "CharStorage": self = .int8
        case "ShortStorage": self = .int16
        case "IntStorage": self = .int32
        case "LongStorage": self = .int64
        case "ByteStorage": self = .uint8
        case "BoolStorage": self = .bool
        default: return nil
        }
    }

    /// Calls `body` with the values of `count` little-endian elements, converted to Float, in order.
    ///
    /// Integers above 2^24 and doubles lose precision here; networks hold float32.
    func forEachFloat(in bytes: UnsafeRawBufferPointer, _ indices: some Sequence<Int>, _ body: (Float) -> Void) {
        func visit<T>(_ type: T.Type, _ convert: (T) -> Float) {
            for index in indices {
                body(convert(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)))
            }
        }
        switch self {
        case .float16: visit(UInt16.self) { Self.float(half: UInt16(littleEndian: $0)) }
        case .bfloat16: visit(UInt16.self) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
        case .float32: visit(UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
        case .float64: visit(UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
        case .int8: visit(Int8.self) { Float($0) }
        case .int16: visit(Int16.self) { Float(Int16(littleEndian: $0)) }
        case .int32: visit(Int32.self) { Float(Int32(littleEndian: $0)) }
        case .int64: visit(Int64.self) { Float(Int64(littleEndian: $0)) }
        case .uint8: visit(UInt8.self) { Float($0) }
        case .uint16: visit(UInt16.self) { Float(UInt16(littleEndian: $0)) }
        case .uint32: visit(UInt32.self) { Float(UInt32(littleEndian: $0)) }
        case .uint64: visit(UInt64.self) { Float(UInt64(littleEndian: $0)) }
        case .bool: visit(UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    /// IEEE 754 binary16 to Float, exactly; written out because Float16 does not exist on every Swift platform.
    static func float(half bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1f
        let fraction = UInt32(bits & 0x3ff)
        switch exponent {
        case 0:
            let magnitude = Float(fraction) * 0x1p-24
            return Float(bitPattern: magnitude.bitPattern | sign)
        case 0x1f:
            return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
        default:
            return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
