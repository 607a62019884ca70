import Pictures

/// How finely colour is sampled, and where the samples lie.
package enum ChromaSampling: Sendable, Hashable, CaseIterable {
    /// Half the sides; each sample amid four pixels (JPEG, MPEG-1).
    case quarterCentred
    /// Half the sides; on every second column, between two rows (MPEG-2, H.264).
    case quarterLeft
    /// Half the sides; on every second column and row (DV of PAL, BT.2020).
    case quarterTopLeft
    /// Half the width, on every second column.
    case halfLeft
    /// A sample a pixel.
    case full
    /// Grey only.
    case none

    /// Pixels to one sample along a row and down a column.
    var steps: (x: Int, y: Int) {
        switch self {
        case .quarterCentred, .quarterLeft, .quarterTopLeft: (2, 2)
        case .halfLeft: (2, 1)
        case .full, .none: (1, 1)
        }
    }

    /// Whether samples lie on pixels, rather than between two, along a row and down a column.
    var isOnPixels: (x: Bool, y: Bool) {
        switch self {
        case .quarterCentred: (false, false)
        case .quarterLeft: (true, false)
        case .quarterTopLeft, .halfLeft, .full, .none: (true, true)
        }
    }

    /// The sides of a plane of colour; sides that are odd are rounded up.
    package func chromaSize(of size: PixelSize) -> PixelSize {
        PixelSize(width: (size.width + steps.x - 1) / steps.x, height: (size.height + steps.y - 1) / steps.y)
    }

    /// Bytes of a frame.
    package func bytes(of size: PixelSize) -> Int {
        size.area + (self == .none ? 0 : 2 * chromaSize(of: size).area)
    }
}

/// One frame in luma and two colour differences, a byte a sample, as films are stored.
package struct YUVFrame: Sendable, Equatable {
    package let size: PixelSize
    package let sampling: ChromaSampling
    /// Y, then Cb, then Cr, each in reading order.
    package let samples: [UInt8]

    package init(size: PixelSize, sampling: ChromaSampling, samples: [UInt8]) {
        precondition(
            size.width > 0 && size.height > 0 && samples.count == sampling.bytes(of: size),
            "\(samples.count) samples do not fill \(size) of \(sampling)")
        self.size = size
        self.sampling = sampling
        self.samples = samples
    }
}
