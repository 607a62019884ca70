/// The same elements, in the same order, under another shape.
///
/// In `dims`, 0 takes over the input's extent at that position and one −1 is inferred.
package struct Reshape: Hashable, Sendable, Codable {
    package var dims: [Int]

    package init(_ dims: [Int]) { self.dims = dims }
}
