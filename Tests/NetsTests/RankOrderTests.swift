import Testing

@testable import Nets

@Suite struct RankOrderTests {
    @Test(arguments: [0, 1, 2, 31, 5000])
    func `numbers come in order, equal ones by their places`(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let order = RankOrder(capacity: count + 3)
        for scale in [1 as Float, 1e30, 1e-40] {
            let values = (0..<count).map { index -> Float in
                // Many are the same, as behind a rectifier.
                index % 3 == 0 ? 0 : (Float(generator.normal()) * 8).rounded() * scale
            }
            order.sort(values, count: count)
            let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
            #expect((0..<count).map(order.place) == expected, "\(count) numbers of \(scale)")
        }
    }

    @Test func `what is not finite stands at the ends`() {
        let values: [Float] = [.infinity, -1, .nan, -.infinity, 0, .greatestFiniteMagnitude, -.leastNonzeroMagnitude]
        let order = RankOrder(capacity: values.count)
        order.sort(values, count: values.count)
        #expect((0..<values.count).map(order.place) == [3, 1, 6, 4, 5, 0, 2])
    }
}
