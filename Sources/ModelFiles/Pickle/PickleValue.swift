/// A value on the stack of a ``PickleMachine``.
///
/// Everything that can hold other values is a node in the machine's arena and is referred to by index: a pickle
/// may nest or knot its values as it likes, and releasing them is still one flat loop.
enum PickleValue: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    /// An integer wider than 64 bits, as little-endian two's complement.
    case wideInt(ByteSlice)
    case text(String)
    case bytes(ByteSlice)
    case global(PickleGlobal)
    case node(Int)

    /// What a message calls it.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a truth value"
        case .int, .wideInt: "an integer"
        case .double: "a number"
        case .text: "text"
        case .bytes: "bytes"
        case .global: "a name"
        case .node: "a compound value"
        }
    }
}

/// A compound value in the arena of a ``PickleMachine``.
enum PickleNode: Sendable {
    case tuple([PickleValue])
    case list([PickleValue])
    case dictionary([(key: PickleValue, value: PickleValue)])
    /// A numpy array whose state has not arrived yet.
    case emptyArray
    case elementType(PickledElementType)
    /// A numpy array; its bytes lie in the pickle.
    case array(StoredTensor)
    case storage(TorchStorage)
    /// A PyTorch tensor; its bytes lie in a storage elsewhere in the file.
    case tensor(TorchTensor)

    var kind: String {
        switch self {
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .emptyArray: "an array without contents"
        case .elementType: "an element type"
        case .array, .tensor: "a tensor"
        case .storage: "a storage"
        }
    }
}

/// A numpy `dtype`: the type string, and the byte order once its state has arrived.
struct PickledElementType: Sendable {
    var name: String
    var byteOrder: String?
}

/// A PyTorch storage as a pickle mentions it: the file holds `count` elements under `key`.
struct TorchStorage: Sendable, Equatable {
    let elementType: ElementType
    let key: String
    let count: Int
}

/// A PyTorch tensor: a strided view of a storage.
struct TorchTensor: Sendable {
    let storage: TorchStorage
    /// First element within the storage.
    let offset: Int
    let dims: [Int]
    let strides: [Int]
}

/// The only names that a pickle may mention: the ones that tensors are made of.
///
/// Nothing is ever imported or called; each name stands for a construction that ``PickleMachine`` performs itself.
enum PickleGlobal: Equatable, Sendable {
    case numpyReconstruct
    case numpyArray
    case numpyElementType
    case numpyFromBuffer
    case numpyScalar
    /// Python 2 protocols spell bytes as text that is encoded again.
    case encodeText
    case orderedDictionary
    case torchRebuildTensor
    case torchRebuildParameter
    case torchSize
    case torchStorage(ElementType)

    init?(module: String, name: String) {
        switch (module, name) {
        case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
            self = .numpyReconstruct
        case ("numpy", "ndarray"): self = .numpyArray
        case ("numpy", "dtype"): self = .numpyElementType
        case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"): self = .numpyFromBuffer
        case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"): self = .numpyScalar
        case ("_codecs", "encode"): self = .encodeText
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"): self = .torchRebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .torchRebuildParameter
        case ("torch", "Size"): self = .torchSize
        case ("torch", let storage):
            guard let type = ElementType(torchStorageName: storage) else { return nil }
            self = .torchStorage(type)
        default: return nil
        }
    }
}

/// How much work a pickle may cause; a real checkpoint stays far below.
struct PickleLimits: Sendable {
    /// Operations executed; each creates at most one value.
    var operations = 1_000_000
    /// Values visited when tensors are collected: a value may be referred to many times.
    var visits = 200_000
    /// Levels of dictionaries, lists and tuples.
    var depth = 32
    /// Bytes of one key, and of a tensor's name put together from keys.
    var nameLength = 1024
    /// Tensors collected.
    var tensors = 20_000
}

/// A file that is one pickle of numpy arrays, such as the `.ckpt` files of flax and jax packages.
package enum PickleFile {
    /// Whether a file may be a pickle of protocol 2 or later, judged by its first and last byte.
    static func recognises(_ slice: ByteSlice) -> Bool {
        slice.withUnsafeBytes { bytes in
            bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1]) && bytes.last == UInt8(ascii: ".")
        }
    }

    /// The arrays of the pickle under their dotted names; their bytes stay in the file.
    ///
    /// - Throws: `ModelFileError.malformed`, also when something follows the pickle.
    package static func tensors(in file: FileBytes) throws -> [String: StoredTensor] {
        var machine = PickleMachine(ByteReader(ByteSlice(file), format: .pickle))
        let root = try machine.run()
        guard machine.reader.remaining == 0 else {
            throw machine.reader.error(.gap(at: machine.reader.position, next: file.count))
        }
        return try PickledTensors.collect(root, from: machine) { storage in
            throw machine.reader.error(.missingEntry("storage \(storage.key)"))
        }
    }
}
