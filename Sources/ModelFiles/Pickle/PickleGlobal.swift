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
