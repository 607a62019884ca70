/// Sums and scaling of channels over neighbouring pixels.
///
/// Pixels lie one after the other, so a run of them is one long vector in which the channels come round again. It is
/// taken in rows of whole pixels and whole vectors at once, whatever the number of channels: lane by lane a row always
/// has the same channels. A row is long enough that no sum waits for the one before it; what is held for each channel is
/// laid out once over a row.
package enum ChannelRun {
    /// Floats of a row: a multiple of the channels and of every vector.
    package static func row(channels: Int) -> Int {
        let vector = 16
        var (a, b) = (vector, max(1, channels))
        while b != 0 { (a, b) = (b, a % b) }
        let least = vector / a * max(1, channels)
        return (8 * vector + least - 1) / least * least
    }

    /// Adds the floats of a run, row upon row.
    ///
    /// - Parameters:
    ///   - count: floats, the first one of channel 0.
    ///   - mean: laid out over a row; if given, the squares of what the floats differ from it are added instead.
    ///   - sums: a row, overwritten.
    package static func sums(_ x: Floats, count: Int, row: Int, mean: Floats?, into sums: Floats) {
        sums.update(repeating: 0, count: row)
        var start = 0
        while start < count {
            let line = x + start
            let length = min(row, count &- start)
            if let mean {
                sweep(length) {
                    let deviation = line.lanes($0) - mean.lanes($0)
                    sums.store(fused(sums.lanes($0), deviation, deviation), $0)
                } scalar: {
                    sums[$0] += (line[$0] - mean[$0]) * (line[$0] - mean[$0])
                }
            } else {
                sweep(length) {
                    sums.store(sums.lanes($0) + line.lanes($0), $0)
                } scalar: {
                    sums[$0] += line[$0]
                }
            }
            start &+= row
        }
    }

    /// `y = f(factor · x + shift)`, where f multiplies what is negative by `slope`.
    ///
    /// - Parameters:
    ///   - count: floats, the first one of channel 0; y may be x.
    ///   - factor: laid out over a row, as is `shift`.
    package static func scale(
        _ x: Floats, count: Int, row: Int, factor: Floats, shift: Floats, slope: Float, into y: Floats
    ) {
        var start = 0
        while start < count {
            let (line, target) = (x + start, y + start)
            sweep(min(row, count &- start)) {
                let value = fused(shift.lanes($0), line.lanes($0), factor.lanes($0))
                target.store(value.replacing(with: value * slope, where: value .< 0), $0)
            } scalar: {
                let value = line[$0] * factor[$0] + shift[$0]
                target[$0] = value < 0 ? value * slope : value
            }
            start &+= row
        }
    }

    @inline(__always)
    private static func sweep(_ count: Int, vector: (Int) -> Void, scalar: (Int) -> Void) {
        var index = 0
        while index &+ Lanes.scalarCount <= count {
            vector(index)
            index &+= Lanes.scalarCount
        }
        while index < count {
            scalar(index)
            index &+= 1
        }
    }
}
