/// Clusters whose members are all alike: two are as near as their farthest members, and the nearest two are joined first (Defays 1977).
///
/// Chains of nearest neighbours (Murtagh 1983) end with the same clusters in O(n²) time, as a cluster never comes nearer to another by
/// taking up a third.
struct CompleteLinkage {
    private let count: Int
    /// Of each pair i > j, at i(i−1)/2 + j; of clusters, at their first members'.
    private var likeness: [Float]

    /// - Parameter row: how alike an item and each of those before it are, and as many more as come along.
    init(count: Int, row: (Int) -> [Float]) {
        self.count = count
        likeness = []
        likeness.reserveCapacity(count * (count - 1) / 2)
        for item in 0..<count { likeness += row(item)[..<item] }
    }

    private subscript(a: Int, b: Int) -> Float {
        get { likeness[Self.place(a, b)] }
        set { likeness[Self.place(a, b)] = newValue }
    }

    private static func place(_ a: Int, _ b: Int) -> Int {
        let (low, high) = (min(a, b), max(a, b))
        return high * (high - 1) / 2 + low
    }

    /// The items' places in clusters of which no two members are less alike than `line`; in each, and in all, in order.
    consuming func clusters(line: Float) -> [[Int]] {
        var members = (0..<count).map { [$0] }
        var open = [Int](0..<count)
        var done: [Int] = []
        var chain: [Int] = []
        while let first = open.first {
            let last = chain.last ?? first
            if chain.isEmpty { chain = [first] }
            let before = chain.count > 1 ? chain[chain.count - 2] : nil
            var (nearest, best) = (before, before.map { self[last, $0] } ?? -.infinity)
            for other in open where other != last {
                let likeness = self[last, other]
                if likeness > best { (nearest, best) = (other, likeness) }
            }
            guard let nearest, best >= line else {
                done.append(chain.removeLast())
                open.removeAll { $0 == last }
                continue
            }
            guard nearest == before else {
                chain.append(nearest)
                continue
            }
            chain.removeLast(2)
            let (kept, taken) = (min(last, nearest), max(last, nearest))
            open.removeAll { $0 == taken }
            for other in open where other != kept { self[kept, other] = min(self[kept, other], self[taken, other]) }
            members[kept] += members[taken]
        }
        return done.sorted().map { members[$0].sorted() }
    }
}
