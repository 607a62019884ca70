/// A regular part of a value: along each of `axes`, elements `start`, `start + step`, … before `end`.
///
/// Negative axes, starts and ends count from the end; bounds beyond the value are held to it. Steps are not zero.
package struct Slice: Hashable, Sendable, Codable {
    package struct Range: Hashable, Sendable, Codable {
        package var axis: Int
        package var start: Int
        package var end: Int
        package var step: Int

        package init(axis: Int, start: Int, end: Int, step: Int = 1) {
            self.axis = axis
            self.start = start
            self.end = end
            self.step = step
        }
    }

    package var ranges: [Range]

    package init(_ ranges: [Range]) { self.ranges = ranges }
}
