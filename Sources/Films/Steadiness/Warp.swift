import Pictures

/// Fetches the pixels of one frame to where they are in another: w(p) = picture(p + flow(p)), bilinearly.
///
/// With the *backward* flow, from a frame to the one before it, the picture before is brought onto the frame. Places outside the
/// picture show the nearest pixel of its edge.
package struct Warp: Sendable {
    package let flow: FlowField

    package init(_ flow: FlowField) { self.flow = flow }

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
                        result[plane &* area &+ pixel] = place.value(
                            Floats(mutating: source.baseAddress! + plane &* area))
                    }
                }
            }
        }
        return result
    }

    private func check(_ picture: Planes) {
        precondition(picture.size == flow.size, "a picture of \(picture.size), a flow of \(flow.size)")
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
