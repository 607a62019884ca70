import Pictures

/// Fetches the pixels of one frame to where they are in another: w(p) = picture(p + flow(p)), bilinearly.
///
/// With the *backward* flow, from a frame to the one before it, the picture before is brought onto the frame. A warp is linear in
/// the picture; ``pullBack(_:)`` is its transpose.
package struct Warp: Sendable {
    /// What pixels show whose place lies outside the picture.
    package enum Outside: Sendable, Equatable {
        /// The nearest pixel of the picture's edge.
        case edge
        /// A value for each plane.
        case colour([Float])
    }

    package let flow: FlowField
    package let outside: Outside
    /// 1 where a pixel's place lies within the picture, else 0; also where the flow is not a number.
    package let inside: [Float]

    package init(_ flow: FlowField, outside: Outside = .edge) {
        self.flow = flow
        self.outside = outside
        let (width, height) = (flow.size.width, flow.size.height)
        inside = (0..<flow.size.area).map { index in
            let (x, y) = (Float(index % width) + flow.u[index], Float(index / width) + flow.v[index])
            return BetweenPixels(x, y, width: width, height: height) == nil ? 0 : 1
        }
    }

    /// The picture, brought onto the flow's grid.
    ///
    /// - Parameter picture: of the flow's size, with any number of planes.
    package func callAsFunction(_ picture: Planes) -> Planes {
        check(picture)
        var result = Planes(size: picture.size, count: picture.count)
        let area = picture.size.area
        result.values.withUnsafeMutableBufferPointer { result in
            picture.values.withUnsafeBufferPointer { source in
                eachPixel { pixel, place in
                    for plane in 0..<picture.count {
                        if inside[pixel] == 0, case .colour(let colour) = outside {
                            result[plane &* area &+ pixel] = colour[plane]
                        } else {
                            result[plane &* area &+ pixel] = place.value(
                                Floats(mutating: source.baseAddress! + plane &* area))
                        }
                    }
                }
            }
        }
        return result
    }

    /// What the derivative of a sum by the warped picture says of the picture: Wᵀ · gradient.
    package func pullBack(_ gradient: Planes) -> Planes {
        check(gradient)
        var result = Planes(size: gradient.size, count: gradient.count)
        let area = gradient.size.area
        result.values.withUnsafeMutableBufferPointer { result in
            gradient.values.withUnsafeBufferPointer { gradient in
                eachPixel { pixel, place in
                    if inside[pixel] == 0, case .colour = outside { return }
                    for plane in 0..<(gradient.count / area) {
                        place.add(gradient[plane &* area &+ pixel], to: result.baseAddress! + plane &* area)
                    }
                }
            }
        }
        return result
    }

    private func check(_ picture: Planes) {
        precondition(picture.size == flow.size, "a picture of \(picture.size), a flow of \(flow.size)")
        if case .colour(let colour) = outside {
            precondition(colour.count == picture.count, "\(colour.count) values for \(picture.count) planes")
        }
    }

    private func eachPixel(_ body: (_ pixel: Int, _ place: BetweenPixels) -> Void) {
        let (width, height) = (flow.size.width, flow.size.height)
        flow.withPlanes { u, v in
            for y in 0..<height {
                for x in 0..<width {
                    let pixel = y &* width &+ x
                    let (placeX, placeY) = (Float(x) + u[pixel], Float(y) + v[pixel])
                    body(pixel, BetweenPixels(held: placeX, placeY, width: width, height: height))
                }
            }
        }
    }
}
