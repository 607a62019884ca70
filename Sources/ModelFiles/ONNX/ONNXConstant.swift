import Foundation

/// A tensor that is known when a graph is imported: an initializer, or what folding made of some.
struct ONNXConstant {
    enum Values {
        /// Little-endian elements as the file has them.
        case raw(Data)
        case floats([Float])
        case ints([Int])
    }

    let dims: [Int]
    let type: ElementType
    let values: Values

    var count: Int { dims.reduce(1, *) }
    var rank: Int { dims.count }

    init(dims: [Int], floats: [Float]) {
        precondition(dims.reduce(1, *) == floats.count, "\(floats.count) values for \(dims)")
        self.init(dims: dims, type: .float32, values: .floats(floats))
    }

    init(dims: [Int], ints: [Int]) {
        precondition(dims.reduce(1, *) == ints.count, "\(ints.count) values for \(dims)")
        self.init(dims: dims, type: .int64, values: .ints(ints))
    }

    private init(dims: [Int], type: ElementType, values: Values) {
        self.dims = dims
        self.type = type
        self.values = values
    }

    /// The same elements under another shape of the same count.
    func reshaped(_ dims: [Int]) -> ONNXConstant {
        precondition(dims.reduce(1, *) == count, "\(self.dims) as \(dims)")
        return ONNXConstant(dims: dims, type: type, values: values)
    }

    var isInteger: Bool {
        switch type {
        case .float16, .bfloat16, .float32, .float64: false
        default: true
        }
    }

    func floats() -> [Float] {
        switch values {
        case .floats(let floats): return floats
        case .ints(let ints): return ints.map { Float($0) }
        case .raw(let data):
            return [Float](unsafeUninitializedCapacity: count) { target, initialized in
                data.withUnsafeBytes { bytes in
                    type.forEachFloat(in: bytes, 0..<count) {
                        target[initialized] = $0
                        initialized += 1
                    }
                }
            }
        }
    }

    /// The elements as integers; fractions are cut off, and numbers outside the range of 64 bits are held to it.
    func ints() -> [Int] {
        switch values {
        case .ints(let ints): return ints
        case .floats(let floats): return floats.map(Self.integer)
        case .raw(let data):
            return data.withUnsafeBytes { bytes in
                switch type {
                case .int64: (0..<count).map { Int(Int64(littleEndian: Self.load(bytes, $0))) }
                case .int32: (0..<count).map { Int(Int32(littleEndian: Self.load(bytes, $0))) }
                case .uint32: (0..<count).map { Int(UInt32(littleEndian: Self.load(bytes, $0))) }
                case .uint64: (0..<count).map { Int(clamping: UInt64(littleEndian: Self.load(bytes, $0))) }
                default: floats().map(Self.integer)
                }
            }
        }
    }

    private static func load<T: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> T {
        bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)
    }

    private static func integer(_ value: Float) -> Int {
        if value.isNaN { return 0 }
        return Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    }
}

// MARK: - From a file

extension ONNXConstant {
    static let maximumRank = 8

    /// Checks that the tensor holds exactly the elements that its shape promises.
    ///
    /// - Throws: `FormatFault`; tensors whose data lies in another file are refused.
    init(_ tensor: ONNXTensor) throws {
        let name = tensor.name.isEmpty ? "a constant" : tensor.name
        guard tensor.externalData.isEmpty, tensor.dataLocation == 0 else {
            throw FormatFault.unsupportedFeature("data outside the file (\(name))")
        }
        let type = try Self.elementType(tensor.dataType)
        guard tensor.dims.count <= Self.maximumRank else {
            throw FormatFault.tooLarge(
                what: "the rank of \(name)", value: tensor.dims.count, limit: Self.maximumRank)
        }
        let dims = tensor.dims.map { Int($0) }
        if let negative = dims.first(where: { $0 < 0 }) {
            throw FormatFault.negative(what: "a dimension of \(name)", value: negative)
        }
        // One without elements has no bytes that would bound its other extents.
        let limit = dims.contains(0) ? ONNXFolding.largestResult : ONNXFile.maximumSize
        guard let count = StoredTensor.count(dims, limit: limit) else {
            throw FormatFault.tooLarge(what: "the size of \(name)", value: .max, limit: limit)
        }
        func checked(_ found: Int, _ size: Int) throws {
            guard found == count else {
                throw FormatFault.sizeMismatch(what: name, dims: dims, expected: count * size, found: found * size)
            }
        }
        if !tensor.rawData.isEmpty || count == 0 {
            guard tensor.rawData.count == count * type.size else {
                throw FormatFault.sizeMismatch(
                    what: name, dims: dims, expected: count * type.size, found: tensor.rawData.count)
            }
            self.init(dims: dims, type: type, values: .raw(tensor.rawData))
            return
        }
        switch type {
        case .float32:
            try checked(tensor.floatData.count, 4)
            self.init(dims: dims, type: type, values: .floats(tensor.floatData))
        case .float64:
            try checked(tensor.doubleData.count, 8)
            self.init(dims: dims, type: type, values: .floats(tensor.doubleData.map { Float($0) }))
        case .int64:
            try checked(tensor.int64Data.count, 8)
            self.init(dims: dims, type: type, values: .ints(tensor.int64Data.map { Int($0) }))
        case .uint32, .uint64:
            try checked(tensor.uint64Data.count, 8)
            self.init(dims: dims, type: type, values: .ints(tensor.uint64Data.map { Int(clamping: $0) }))
        case .float16:
            try checked(tensor.int32Data.count, 4)
            let floats = tensor.int32Data.map { ElementType.float(half: UInt16(truncatingIfNeeded: $0)) }
            self.init(dims: dims, type: type, values: .floats(floats))
        case .bfloat16:
            try checked(tensor.int32Data.count, 4)
            let floats = tensor.int32Data.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) }
            self.init(dims: dims, type: type, values: .floats(floats))
        case .int8, .int16, .int32, .uint8, .uint16, .bool:
            try checked(tensor.int32Data.count, 4)
            self.init(dims: dims, type: type, values: .ints(tensor.int32Data.map { Int($0) }))
        }
    }

    /// `TensorProto.DataType` of the ONNX format.
    private static func elementType(_ code: Int32) throws -> ElementType {
        switch code {
        case 1: return .float32
        case 2: return .uint8
        case 3: return .int8
        case 4: return .uint16
        case 5: return .int16
        case 6: return .int32
        case 7: return .int64
        case 9: return .bool
        case 10: return .float16
        case 11: return .float64
        case 12: return .uint32
        case 13: return .uint64
        case 16: return .bfloat16
        default: throw FormatFault.unsupportedElementType("number \(code) of ONNX")
        }
    }
}
