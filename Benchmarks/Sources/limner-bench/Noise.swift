import Nets

/// Seeded uniform values around zero.
enum Noise {
    static func tensor(_ shape: Shape, scale: Float) -> Tensor {
        var generator = SeededGenerator(seed: 1)
        let tensor = Tensor(shape)
        for index in 0..<tensor.count { tensor[index] = generator.uniform(-scale, scale) }
        return tensor
    }
}
