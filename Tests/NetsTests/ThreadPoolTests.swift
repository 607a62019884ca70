import Synchronization
import Testing

@testable import Nets

private final class Counter: Sendable {
    let total = Atomic<Int>(0)
}

@Suite struct ThreadPoolTests {
    @Test(arguments: [1, 2, 5])
    func everyPieceRunsOnce(_ threads: Int) {
        let pool = ThreadPool(threads: threads)
        for pieces in [0, 1, 2, 3, 7, 1000] {
            let counts = Tensor([max(1, pieces)])
            let pointer = counts.pointer
            for _ in 0..<20 {
                pool.parallel(pieces) { piece, worker in
                    precondition((0..<threads).contains(worker))
                    pointer[piece] += 1
                }
            }
            #expect(counts.values.prefix(pieces).allSatisfy { $0 == 20 }, "\(pieces) pieces on \(threads) threads")
        }
    }

    @Test func restingThreadsTakeNothing() {
        let pool = ThreadPool(threads: 4)
        for active in [1, 2, 4, 3] {
            pool.active = active
            let counts = Tensor([1000])
            let pointer = counts.pointer
            for _ in 0..<20 {
                pool.parallel(1000) { piece, worker in
                    precondition(worker < active)
                    pointer[piece] += 1
                }
            }
            #expect(counts.values.allSatisfy { $0 == 20 })
        }
    }

    @Test func severalCallersTakeTurns() async {
        let pool = ThreadPool(threads: 2)
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<100 { pool.parallel(10) { piece, _ in counter.total.add(piece, ordering: .relaxed) } }
                }
            }
        }
        #expect(counter.total.load(ordering: .relaxed) == 4 * 100 * 45)
    }

    @Test func poolsEnd() {
        for _ in 0..<50 { ThreadPool(threads: 3).parallel(3) { _, _ in } }
    }
}
