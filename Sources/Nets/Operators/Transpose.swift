/// Reorders axes: the output's axis `i` is the input's axis `permutation[i]`.
package struct Transpose: Hashable, Sendable, Codable {
    package var permutation: [Int]

    package init(_ permutation: [Int]) { self.permutation = permutation }
}
