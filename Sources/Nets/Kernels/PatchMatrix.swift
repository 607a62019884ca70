/// The windows of a picture laid out as the rows of a matrix ("im2col"), so that convolution becomes a matrix product.
///
/// Row `p` holds, for output pixel `p` (row-major over H' and W'), the `kh · kw · C` inputs that it sees, padding as 0.
/// Only a range of rows exists at a time. Chellapilla, Puri, Simard 2006, section 2.
struct PatchMatrix {
    let height: Int
    let width: Int
    /// Channels of a pixel in memory, and those of them that a row takes, from `firstChannel` on.
    let pixelChannels: Int
    let channels: Int
    let kernel: Extent2
    let stride: Extent2
    let dilation: Extent2
    /// Pixels before the first row and column; negative where the picture is cropped.
    let top: Int
    let left: Int
    let outWidth: Int

    /// Floats in a row.
    var columns: Int { kernel.height * kernel.width * channels }

    /// Lays out rows `pixels` of one picture.
    ///
    /// - Parameter rowStride: floats from row to row of the matrix; ``columns`` where it is `nil`.
    func gather(
        _ picture: Floats, firstChannel: Int, pixels: Range<Int>, into matrix: Floats, stride rowStride: Int? = nil
    ) {
        let rowStride = rowStride ?? columns
        var row = matrix
        var oy = pixels.lowerBound / outWidth
        var ox = pixels.lowerBound % outWidth
        let whole = channels == pixelChannels && dilation.width == 1
        for _ in pixels {
            let y0 = oy &* stride.height &- top
            let x0 = ox &* stride.width &- left
            for ky in 0..<kernel.height {
                let y = y0 &+ ky &* dilation.height
                let target = row + ky &* kernel.width &* channels
                if y < 0 || y >= height {
                    target.update(repeating: 0, count: kernel.width &* channels)
                } else if whole {
                    gatherRun(picture + y &* width &* pixelChannels, from: x0, into: target)
                } else {
                    gatherTaps(picture + y &* width &* pixelChannels + firstChannel, from: x0, into: target)
                }
            }
            row += rowStride
            ox &+= 1
            if ox == outWidth {
                ox = 0
                oy &+= 1
            }
        }
    }

    /// Adds the matrix of one row of outputs back to where its elements came from: the adjoint of `gather`, held to the
    /// picture's `rows`.
    ///
    /// - Parameter rowStride: floats from row to row of the matrix.
    func scatter(
        _ matrix: Floats, stride rowStride: Int, firstChannel: Int, outRow: Int, into picture: Floats, rows: Range<Int>
    ) {
        let whole = channels == pixelChannels && dilation.width == 1
        for ox in 0..<outWidth {
            let x0 = ox &* stride.width &- left
            let row = matrix + ox &* rowStride
            for ky in 0..<kernel.height {
                let y = outRow &* stride.height &- top &+ ky &* dilation.height
                if !rows.contains(y) { continue }
                if whole {
                    let taps = max(0, -x0)..<max(0, -x0, min(kernel.width, width - x0))
                    add(
                        row + (ky &* kernel.width &+ taps.lowerBound) &* channels,
                        to: picture + (y &* width &+ x0 &+ taps.lowerBound) &* channels, count: taps.count &* channels)
                    continue
                }
                for kx in 0..<kernel.width {
                    let x = x0 &+ kx &* dilation.width
                    if x < 0 || x >= width { continue }
                    add(
                        row + (ky &* kernel.width &+ kx) &* channels,
                        to: picture + (y &* width &+ x) &* pixelChannels + firstChannel, count: channels)
                }
            }
        }
    }

    @inline(__always)
    private func add(_ source: Floats, to target: Floats, count: Int) {
        sweep(count) {
            target.store(target.lanes($0) + source.lanes($0), $0)
        } scalar: {
            target[$0] += source[$0]
        }
    }

    /// One kernel row whose pixels are neighbours in memory: a single copy, zeros where it leaves the picture.
    @inline(__always)
    private func gatherRun(_ line: Floats, from x0: Int, into target: Floats) {
        let first = max(0, -x0)
        let last = min(kernel.width, width - x0)
        if first >= last {
            target.update(repeating: 0, count: kernel.width &* channels)
            return
        }
        if first > 0 { target.update(repeating: 0, count: first &* channels) }
        copy(line + (x0 &+ first) &* channels, to: target + first &* channels, count: (last &- first) &* channels)
        if last < kernel.width {
            (target + last &* channels).update(repeating: 0, count: (kernel.width &- last) &* channels)
        }
    }

    /// Most floats for which a loop takes less time than a call.
    private static let shortRun = 128

    @inline(__always)
    private func copy(_ source: Floats, to target: Floats, count: Int) {
        if count > Self.shortRun { return target.update(from: source, count: count) }
        sweep(count) {
            target.store(source.lanes($0), $0)
        } scalar: {
            target[$0] = source[$0]
        }
    }

    @inline(__always)
    private func gatherTaps(_ line: Floats, from x0: Int, into target: Floats) {
        for kx in 0..<kernel.width {
            let x = x0 &+ kx &* dilation.width
            if x < 0 || x >= width {
                (target + kx &* channels).update(repeating: 0, count: channels)
            } else {
                copy(line + x &* pixelChannels, to: target + kx &* channels, count: channels)
            }
        }
    }
}
