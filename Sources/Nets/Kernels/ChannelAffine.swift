/// `y = factor · x + shift`, and an activation of that, with one factor and shift a channel, over a value whose last axis is the channels.
struct ChannelAffine {
    private let pixels: Pieces
    private let channels: Int
    private let threads: ThreadPool

    init(_ shape: Shape, threads: ThreadPool) {
        self.init(pixels: shape.count / max(1, shape.channels), channels: shape.channels, threads: threads)
    }

    init(pixels: Int, channels: Int, threads: ThreadPool) {
        self.channels = channels
        self.threads = threads
        self.pixels = Pieces.balanced(pixels, cost: channels)
    }

    func run(
        _ x: Floats, factor: Floats, shift: Floats?, into y: Floats, accumulates: Bool = false,
        activation: Activation? = nil
    ) {
        threads.parallel(pixels.count) { piece, _ in
            let range = pixels.range(piece)
            for pixel in range {
                let (source, target) = (x + pixel &* channels, y + pixel &* channels)
                sweep(channels) {
                    var value = source.lanes($0) * factor.lanes($0)
                    if let shift { value += shift.lanes($0) }
                    if accumulates { value += target.lanes($0) }
                    target.store(value, $0)
                } scalar: {
                    var value = source[$0] * factor[$0]
                    if let shift { value += shift[$0] }
                    if accumulates { value += target[$0] }
                    target[$0] = value
                }
            }
            let result = y + range.lowerBound &* channels
            activation?.apply(result, to: result, count: range.count &* channels)
        }
    }
}
