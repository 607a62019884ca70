import TestSupport
import Testing
import Wire

@testable import Gallery

struct CompleteLinkageTests {
    /// By the book: the two clusters whose farthest members are nearest are joined, again and again.
    private func naive(_ likeness: [[Float]], _ line: Float) -> [[Int]] {
        var clusters = likeness.indices.map { [$0] }
        func nearness(_ a: [Int], _ b: [Int]) -> Float { a.flatMap { i in b.map { likeness[i][$0] } }.min()! }
        while true {
            let pairs = clusters.indices.flatMap { a in (0..<a).map { (a, $0) } }
            let best = pairs.max { nearness(clusters[$0.0], clusters[$0.1]) < nearness(clusters[$1.0], clusters[$1.1]) }
            guard let best, nearness(clusters[best.0], clusters[best.1]) >= line else { break }
            clusters[best.1] += clusters.remove(at: best.0)
        }
        return clusters.map { $0.sorted() }.sorted { $0[0] < $1[0] }
    }

    @Test(arguments: [0, 1, 2, 5, 40], [-1, 0.2, 0.5, 0.9, 2] as [Float])
    func clustersAreThoseOfTheDefinition(count: Int, line: Float) {
        // People of some photographs each, a few of them as like another as their own.
        let templates = (0..<count).map {
            Made.new(1 + $0 / 4, mixedWith: $0, share: 0.1 + 0.1 * Float($0 % 5)).template
        }
        let likeness = templates.map { one in templates.map { one.similarity(to: $0).cosine } }
        let clusters = CompleteLinkage(count: count) { likeness[$0] }.clusters(line: line)
        #expect(clusters == naive(likeness, line))
        #expect(clusters.flatMap(\.self).sorted() == [Int](0..<count))
    }

    /// Of three in a row the nearer two are one cluster, whichever comes first.
    @Test func theClosestAreJoinedFirst() {
        let likeness: [[Float]] = [[1, 0.6, 0.1], [0.6, 1, 0.7], [0.1, 0.7, 1]]
        #expect(CompleteLinkage(count: 3) { likeness[$0] }.clusters(line: 0.5) == [[0], [1, 2]])
    }
}
