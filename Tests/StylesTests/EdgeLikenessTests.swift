import Foundation
import Nets
import Pictures
import Testing

@testable import Styles

@Suite struct EdgeLikenessTests {
    private let threads = ThreadPool(threads: 2)

    /// The same in double precision, window by window.
    private func naive(_ one: Picture, _ other: Picture) -> Double {
        func edges(_ picture: Picture) -> [[Double]] {
            func luma(_ x: Int, _ y: Int) -> Double {
                zip(picture[x: x, y: y], [0.299, 0.587, 0.114]).reduce(0) { $0 + Double($1.0) * $1.1 }
            }
            return (1..<picture.height - 1).map { y in
                (1..<picture.width - 1).map { x in
                    var (across, down) = (0.0, 0.0)
                    for step in -1...1 {
                        let weight = step == 0 ? 2.0 : 1
                        across += weight * (luma(x + 1, y + step) - luma(x - 1, y + step))
                        down += weight * (luma(x + step, y + 1) - luma(x + step, y - 1))
                    }
                    return (across * across + down * down).squareRoot() / 4
                }
            }
        }
        let weights = (-5...5).map { y in (-5...5).map { x in exp(-Double(x * x + y * y) / 4.5) } }
        let all = weights.joined().reduce(0, +)
        let (a, b) = (edges(one), edges(other))
        var (sum, windows) = (0.0, 0)
        for y in 0..<a.count - 10 {
            for x in 0..<a[0].count - 10 {
                func mean(_ value: (Int, Int) -> Double) -> Double {
                    var sum = 0.0
                    for row in 0..<11 {
                        for column in 0..<11 { sum += weights[row][column] * value(y + row, x + column) }
                    }
                    return sum / all
                }
                let (p, q) = (mean { a[$0][$1] }, mean { b[$0][$1] })
                let (pp, qq) = (mean { a[$0][$1] * a[$0][$1] } - p * p, mean { b[$0][$1] * b[$0][$1] } - q * q)
                let pq = mean { a[$0][$1] * b[$0][$1] } - p * q
                let (first, second) = (2.55 * 2.55, 7.65 * 7.65)
                sum +=
                    (2 * p * q + first) * (2 * pq + second)
                    / ((p * p + q * q + first) * (pp + qq + second))
                windows += 1
            }
        }
        return sum / Double(windows)
    }

    @Test func `it is the structural similarity of the edges`() {
        let content = formulaPicture(1, width: 31, height: 22)
        let likeness = EdgeLikeness(to: Tensor(pixelsOf: content), threads: threads)
        #expect(abs(likeness.likeness(of: Tensor(pixelsOf: content)) - 1) < 1e-5)
        let flat = Picture(width: 31, height: 22, filledWith: .black)
        for other in [formulaPicture(2, width: 31, height: 22), flat] {
            let found = likeness.likeness(of: Tensor(pixelsOf: other))
            #expect(abs(found - naive(content, other)) < 2e-4, "\(found)")
            #expect(found < 0.9)
        }
    }
}
