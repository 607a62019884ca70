/// An element-wise operation of two values that are broadcast against each other as in NumPy:
/// shapes are aligned at their last axes, and an extent of 1 repeats.
package enum Binary: String, Hashable, Sendable, Codable {
    case add, subtract, multiply, divide
    /// `a` to the power `b`. The gradient with respect to `b` needs positive `a`.
    case power
    case minimum, maximum
}
