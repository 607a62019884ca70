/// Joins values along one axis; a negative axis counts from the end.
package struct Concat: Hashable, Sendable, Codable {
    package var axis: Int

    package init(axis: Int) { self.axis = axis }
}
