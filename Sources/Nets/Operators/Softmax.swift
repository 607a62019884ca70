/// `e^x / Σ e^x` along one axis; a negative axis counts from the end.
package struct Softmax: Hashable, Sendable, Codable {
    package var axis: Int

    package init(axis: Int = -1) { self.axis = axis }
}
