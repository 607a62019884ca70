/// An element-wise function.
package enum Unary: String, Hashable, Sendable, Codable {
    case squareRoot, reciprocal, negate, absolute, exponential, logarithm, square
}
