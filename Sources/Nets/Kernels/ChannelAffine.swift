/// `y = factor · x + shift` with one factor and shift a channel, over a value whose last axis is the channels.
struct ChannelAffine {
    private let pixels: Pieces
    private let channels: Int
    private let threads: ThreadPool

    init(_ shape: Shape, threads: ThreadPool) {
        channels = shape.channels
        self.threads = threads
        pixels = Pieces.balanced(shape.count / max(1, channels), cost: channels)
    }

    func run(_ x: Floats, factor: Floats, shift: Floats?, into y: Floats, accumulates: Bool = false) {
        threads.parallel(pixels.count) { piece, _ in
            for pixel in pixels.range(piece) {
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
        }
    }
}
