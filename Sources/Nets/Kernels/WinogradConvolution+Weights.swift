/// The transform of the weights, into panels as products take them.
extension WinogradConvolution {
    /// Floats of the transformed weights.
    var weightCount: Int { positions * depth * padded }

    /// `GgGᵀ` of every channel pair as `[position][panel][depth][column]`, where the weights are `[3, 3, C, out]`; or,
    /// to go backwards, of `[3, 3, out, C]` turned by 180°.
    ///
    /// - Parameter scratch: ``scratchCount`` floats for each thread.
    func transform(_ weights: Floats, turned: Bool, into target: Floats, scratch: Floats, threads: ThreadPool) {
        let (depth, columns) = (depth, kernels.columns)
        threads.parallel(padded / columns) { panel, worker in
            transform(
                weights, turned: turned, panel: panel, scratch: scratch + worker &* scratchCount,
                into: target + panel &* depth &* columns, stride: depth &* padded)
        }
    }

    /// Floats of scratch for weights: of a transform, and of some channels and one panel's outputs as
    /// ``layOut(_:turned:panel:from:into:)`` leaves them.
    var scratchCount: Int { kernels.tiles.scratch + laidOutCount }
    private var laidOutCount: Int { Self.lanes * 9 * kernels.columns }

    /// One panel, `stride` floats from position to position.
    func transform(
        _ weights: Floats, turned: Bool, panel: Int, scratch: Floats, into target: Floats, stride: Int
    ) {
        let columns = kernels.columns
        if !turned, (panel &+ 1) &* columns <= outChannels, channels == depth {
            kernels.tiles.weights(
                side: side, weights + panel &* columns, tapStride: channels &* outChannels, channelStride: outChannels,
                channels: channels, outputs: columns, scratch: scratch, into: target, stride: stride)
            return
        }
        for channel in Swift.stride(from: 0, to: depth, by: Self.lanes) {
            let taps = scratch + kernels.tiles.scratch
            layOut(weights, turned: turned, panel: panel, from: channel, into: taps)
            kernels.tiles.weights(
                side: side, taps, tapStride: columns, channelStride: 9 &* columns, channels: Self.lanes,
                outputs: columns, scratch: scratch, into: target + channel &* columns, stride: stride)
        }
    }

    /// The weights of 16 channels as `[channel][tap][column]`, zero beyond the last channel and output. Turned ones are
    /// read along their channels, so that cache lines are used whole.
    private func layOut(
        _ weights: Floats, turned: Bool, panel: Int, from channel: Int, into target: Floats
    ) {
        let columns = kernels.columns
        let firstOutput = panel &* columns
        let (count, outputs) = (
            min(Self.lanes, channels &- channel), min(columns, outChannels &- firstOutput)
        )
        if count < Self.lanes || outputs < columns { target.update(repeating: 0, count: laidOutCount) }
        for tap in 0..<9 {
            for column in 0..<max(0, outputs) {
                let output = firstOutput &+ column
                let source =
                    turned
                    ? weights + (((8 &- tap) &* outChannels &+ output) &* channels &+ channel)
                    : weights + ((tap &* channels &+ channel) &* outChannels &+ output)
                let step = turned ? 1 : outChannels
                let into = target + (tap &* columns &+ column)
                for index in 0..<max(0, count) { into[index &* 9 &* columns] = source[index &* step] }
            }
        }
    }
}
