import Nets

/// The style loss of Kolkin, Salavon and Shakhnarovich 2019, "Style Transfer by Relaxed Optimal Transport and Self-Similarity"
/// (STROTSS), section 3.2:
///
///     J = ℓ_r + ℓ_m + ℓ_p / max(α/β, 1)
///
/// of the hypercolumns at 1,024 places of the picture and of the styles: ℓ_r their relaxed earth mover's distance by cosines, ℓ_m
/// that of their means and covariances, ℓ_p the relaxed distance of their colours. The paper turns colours so that grey is an axis,
/// which leaves the distances as they are. J has no unit: features are taken in the scale of the networks that its
/// authors use, those of torchvision, and λ is the strength of the content's features itself.
///
/// The paper's content loss is of self-similarities; here content is held by ``ContentTerm``, as with every style loss.
struct HypercolumnTerm {
    /// Among the losses of the style.
    let loss: Int
    let region: Int
    private let columns: Hypercolumns
    private let shape: Shape
    private let mask: RegionMask?
    private var places: [Int] = []
    private let match: RelaxedTransport
    private let moments: MomentDistance
    private let palette: RelaxedTransport
    /// `[n, d]`, and their first three.
    private let found: Tensor
    private let colours: Tensor
    private let slopes: Tensor
    private let colourSlopes: Tensor
    /// Of the value, before λ.
    private let share: Double
    private let paletteShare: Double
    /// β.
    private let styleWeight: Double
    private var balance = 1.0

    /// - Parameters:
    ///   - shape: of the picture, `[1, H, W, 3]`.
    ///   - mask: of the region; `nil` for the whole.
    ///   - target: the styles' columns, `[m, d]`.
    ///   - share: ρ, times the loss's weight.
    ///   - unit: of the loss, ``WeighedLoss/unit``.
    init(
        loss: Int, region: Int, _ columns: Hypercolumns, of shape: Shape, in mask: RegionMask?, target: Tensor,
        share: Double, unit: Double,
        settings: StyleSettings, threads: ThreadPool
    ) {
        precondition(
            target.shape.channels == columns.width, "\(target.shape) for columns of \(columns.width)")
        self.loss = loss
        self.region = region
        self.columns = columns
        self.shape = shape
        self.mask = mask
        self.share = share
        styleWeight = settings.styleWeight
        paletteShare = 1 / max(settings.contentWeight / (settings.styleWeight * unit), 1)
        let count = min(
            Hypercolumns.most, mask.map { $0.values.count { $0 > 0 } } ?? shape.height * shape.width)
        found = Tensor([count, columns.width])
        slopes = Tensor(found.shape)
        colours = Tensor([count, Hypercolumns.colours])
        colourSlopes = Tensor(colours.shape)
        match = RelaxedTransport(to: target, from: count, by: .cosine, threads: threads)
        moments = MomentDistance(to: target, from: count, threads: threads)
        palette = RelaxedTransport(
            to: Self.colours(of: target), from: count, by: .euclidean, threads: threads)
    }

    /// Sets λ.
    mutating func weigh(_ balance: Double) { self.balance = balance }

    /// Looks at other places from now on.
    mutating func draw(_ generator: inout SeededGenerator) {
        places = Hypercolumns.places(found.shape[0], of: shape, in: mask, &generator)
    }

    /// The region's share of the style loss, without β; its derivatives, with β, are added to the layers' seeds and the gradient, if
    /// there is one.
    func evaluate(_ pixels: Tensor, addingTo gradient: Tensor?) -> Double {
        columns.write(at: places, of: pixels, to: found)
        Self.writeColours(of: found, to: colours)
        slopes.fill(0)
        colourSlopes.fill(0)
        let factor = balance * share
        let weight = styleWeight * factor
        let matched = match.run(from: found, weight: weight, addingTo: slopes)
        let moved = moments.run(from: found, weight: weight, addingTo: slopes)
        let painted = palette.run(from: colours, weight: weight * paletteShare, addingTo: colourSlopes)
        if let gradient {
            for index in 0..<places.count {
                for channel in 0..<Hypercolumns.colours {
                    slopes[index * columns.width + channel] +=
                        colourSlopes[index * Hypercolumns.colours + channel]
                }
            }
            columns.pullBack(slopes, at: places, addingTo: gradient)
        }
        return factor * (matched + moved + paletteShare * painted)
    }

    private static func colours(of columns: Tensor) -> Tensor {
        let colours = Tensor([columns.shape[0], Hypercolumns.colours])
        writeColours(of: columns, to: colours)
        return colours
    }

    private static func writeColours(of columns: Tensor, to colours: Tensor) {
        let width = columns.shape.channels
        for row in 0..<columns.shape[0] {
            for channel in 0..<Hypercolumns.colours {
                colours[row * Hypercolumns.colours + channel] = columns[row * width + channel]
            }
        }
    }
}
