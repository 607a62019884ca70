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
