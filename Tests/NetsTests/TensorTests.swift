import Testing

@testable import Nets

@Suite struct TensorTests {
    @Test func storageIsAlignedAndZero() {
        // The last ones are mapped, and each takes over what the one before has dirtied and given back.
        for count in [0, 1, 3, 1000, 1 << 19, (1 << 19) + 1, 3_000_001] {
            let tensor = Tensor([count])
            #expect(UInt(bitPattern: tensor.pointer) % UInt(Tensor.alignment) == 0)
            #expect(tensor.buffer.allSatisfy { $0 == 0 })
            tensor.fill(1)
            #expect(tensor.buffer.allSatisfy { $0 == 1 })
        }
    }

    @Test func borrowedMemoryKeepsItsOwner() {
        final class Owner {
            let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
            let ended: () -> Void
            init(_ ended: @escaping () -> Void) {
                self.ended = ended
                memory.initialize(repeating: 7, count: 4)
            }
            deinit {
                memory.deallocate()
                ended()
            }
        }
        nonisolated(unsafe) var isAlive = true  // Only this thread touches it.
        var tensor: Tensor?
        do {
            let owner = Owner { isAlive = false }
            tensor = Tensor([2, 2], borrowing: owner.memory, owner: owner)
        }
        let view = tensor?.reshaped([4])
        tensor = nil
        #expect(isAlive)
        #expect(view?.values == [7, 7, 7, 7])
        withExtendedLifetime(view) {}
    }

    @Test func shapesKnowTheirExtents() {
        let shape = Shape.nhwc(2, 3, 4, 5)
        #expect(shape.count == 120)
        #expect(shape.strides == [60, 20, 5, 1])
        #expect((shape.batch, shape.height, shape.width, shape.channels) == (2, 3, 4, 5))
        #expect(([] as Shape).count == 1)
        #expect(shape.description == "[2, 3, 4, 5]")
    }
}
