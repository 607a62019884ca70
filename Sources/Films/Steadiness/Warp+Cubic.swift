import Pictures

extension Warp {
    /// As ``callAsFunction(_:)``, by the cubic of Catmull and Rom (Keys 1981, a = −½): what is fetched from frame to frame many
    /// times over stays sharp, where bilinear weights blur it a little each time. What lies outside shows the edge.
    ///
    /// - Parameter picture: of values in 0…1, which the result keeps to.
    package func sharp(_ picture: Planes) -> Planes {
        precondition(picture.size == flow.size, "a picture of \(picture.size), a flow of \(flow.size)")
        let (width, height, area) = (flow.size.width, flow.size.height, flow.size.area)
        var result = Planes(size: picture.size, count: picture.count)
        result.values.withUnsafeMutableBufferPointer { result in
            picture.values.withUnsafeBufferPointer { source in
                flow.withPlanes { u, v in
                    for pixel in 0..<area {
                        let columns = Taps(Float(pixel % width) + u[pixel], count: width)
                        let rows = Taps(Float(pixel / width) + v[pixel], count: height)
                        for plane in 0..<picture.count {
                            let from = plane &* area
                            var sum = SIMD4<Float>.zero
                            for row in 0..<4 {
                                let line = from &+ Int(rows.places[row]) &* width
                                let values = SIMD4<Float>(
                                    source[line &+ Int(columns.places[0])], source[line &+ Int(columns.places[1])],
                                    source[line &+ Int(columns.places[2])], source[line &+ Int(columns.places[3])])
                                sum += values * rows.weights[row]
                            }
                            result[from &+ pixel] = min(max(0, (sum * columns.weights).sum()), 1)
                        }
                    }
                }
            }
        }
        return result
    }
}

/// Four neighbours along an axis, and how much each counts.
private struct Taps {
    let places: SIMD4<Int32>
    let weights: SIMD4<Float>

    /// - Parameter place: in pixels; what is no number counts as 0.
    @inline(__always)
    init(_ place: Float, count: Int) {
        let held = min(max(0, place), Float(count &- 1))
        let first = held.rounded(.down)
        let t = held - first
        let base = Int32(first)
        let last = Int32(count &- 1)
        places = (SIMD4<Int32>(-1, 0, 1, 2) &+ base).clamped(
            lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: last))
        let (t2, t3) = (t * t, t * t * t)
        weights =
            SIMD4(-t3 + 2 * t2 - t, 3 * t3 - 5 * t2 + 2, -3 * t3 + 4 * t2 + t, t3 - t2) * 0.5
    }
}
