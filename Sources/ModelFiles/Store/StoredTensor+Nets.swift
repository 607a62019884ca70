import Nets

extension StoredTensor {
    /// The tensor as a network uses it: borrowed from the file where the bytes already are aligned float32 in
    /// row-major order, else converted into memory of its own.
    package func tensor() -> Tensor {
        let shape = Shape(dims)
        if elementType == .float32, isContiguous, count > 0 {
            let borrowed: Tensor? = bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress, UInt(bitPattern: start) % UInt(MemoryLayout<Float>.alignment) == 0
                else { return nil }
                return Tensor(shape, borrowing: start, owner: self.bytes.file)
            }
            if let borrowed { return borrowed }
        }
        let tensor = Tensor(shape)
        copyFloats(to: tensor.buffer)
        return tensor
    }
}
