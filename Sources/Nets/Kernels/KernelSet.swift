import COpenBLAS
import NetsKernels
import NetsKernelsAVX2
import NetsKernelsAVX512

/// The kernels of one instruction set. They are compiled once for each from the same sources, and chosen when the
/// program runs.
struct KernelSet: Sendable {
    /// Bits of a vector register.
    let vectorBits: Int
    /// Rows and columns that ``product`` takes at once.
    let rows: Int
    /// Rows of a small one: `product` takes a multiple.
    let fewRows: Int
    let columns: Int
    /// Floats of scratch for a transform.
    let scratch: Int
    /// `WinogradTile.weights`.
    let weightTiles:
        @Sendable (
            _ side: Int, Floats, _ tapStride: Int, _ channelStride: Int, _ channels: Int, _ outputs: Int,
            _ scratch: Floats, _ target: Floats, _ stride: Int
        ) -> Void
    /// `WinogradTile.input`.
    let inputTile:
        @Sendable (
            _ side: Int, Floats, _ mask: Floats?, _ routes: Routes?, _ rowStride: Int, _ pixelStride: Int,
            _ channels: Int, _ scratch: Floats, _ target: Floats, _ stride: Int
        ) -> Void
    /// `WinogradTile.output`.
    let outputTile:
        @Sendable (
            _ side: Int, Floats, _ stride: Int, _ outputs: Int, _ bias: Floats, _ slopes: Floats,
            _ accumulates: Bool, _ scratch: Floats, _ target: Floats, _ routes: Routes?, _ rowStride: Int,
            _ pixelStride: Int
        ) -> Void
    /// `WinogradTile.unpooledInput`.
    let unpooledInputTile:
        @Sendable (
            _ side: Int, _ windows: Floats, _ routes: Routes, _ scale: Float, _ rowStride: Int, _ pixelStride: Int,
            _ channels: Int, _ scratch: Floats, _ target: Floats, _ stride: Int
        ) -> Void
    /// `WinogradTile.pooledOutput`.
    let pooledOutputTile:
        @Sendable (
            _ side: Int, Floats, _ stride: Int, _ outputs: Int, _ bias: Floats, _ averages: Bool, _ scratch: Floats,
            _ target: Floats, _ routes: Routes?, _ rowStride: Int, _ pixelStride: Int
        ) -> Void
    /// `PanelProduct.run`.
    let product:
        @Sendable (
            _ count: Int, _ depth: Int, _ a: Floats, _ aStride: Int, _ panels: Floats, _ panelCount: Int,
            _ c: Floats,
            _ cStride: Int
        ) -> Void
    /// `PanelProduct.finish`.
    let finishedProduct:
        @Sendable (
            _ count: Int, _ segments: Int, _ offsets: UnsafePointer<Int>, _ depth: Int, _ a: Floats,
            _ aStride: Int,
            _ panel: Floats, _ outputs: Int, _ bias: Floats, _ slopes: Floats, _ c: Floats,
            _ cStride: Int,
            _ accumulates: Bool, _ tile: Floats
        ) -> Void
    /// `DepthwiseRun.run`.
    let depthwiseRun:
        @Sendable (
            _ x: Floats, _ step: Int, _ rowStride: Int, _ columnStride: Int, _ rows: Int, _ columns: Int,
            _ weights: Floats, _ weightStride: Int, _ bias: Floats, _ slopes: Floats, _ channels: Int,
            _ y: Floats,
            _ count: Int
        ) -> Void
    /// `ChannelRun.sums`.
    let channelSums: @Sendable (_ x: Floats, _ count: Int, _ row: Int, _ mean: Floats?, _ sums: Floats) -> Void
    /// `ChannelRun.scale`.
    let channelScale:
        @Sendable (
            _ x: Floats, _ count: Int, _ row: Int, _ factor: Floats, _ shift: Floats, _ slope: Float,
            _ y: Floats
        ) -> Void
    /// `MaxPoolPair.run`.
    let pairMaxima:
        @Sendable (_ top: Floats, _ rowStride: Int, _ target: Floats, _ windows: Int, _ channels: Int)
            -> Void
    /// `MaxPoolPair.pullBack`.
    let pullBackMaxima:
        @Sendable (
            _ gradient: Floats, _ top: Floats, _ rowStride: Int, _ target: Floats, _ windows: Int,
            _ channels: Int,
            _ accumulates: Bool
        ) -> Void

    /// Those that this processor can run, the fastest first.
    static let supported = [avx512, avx2, portable].filter {
        $0.vectorBits <= Int(limner_vector_bits())
    }

    private static let portable = KernelSet(
        vectorBits: 128, rows: NetsKernels.PanelProduct.rows, fewRows: NetsKernels.PanelProduct.fewRows,
        columns: NetsKernels.PanelProduct.columns,
        scratch: NetsKernels.WinogradTile.scratch,
        weightTiles: {
            NetsKernels.WinogradTile.weights(
                side: $0, $1, tapStride: $2, channelStride: $3, channels: $4, outputs: $5, scratch: $6, into: $7,
                stride: $8)
        },
        inputTile: {
            NetsKernels.WinogradTile.input(
                side: $0, $1, mask: $2, routes: $3, rowStride: $4, pixelStride: $5, channels: $6, scratch: $7,
                into: $8, stride: $9)
        },
        outputTile: {
            NetsKernels.WinogradTile.output(
                side: $0, $1, stride: $2, outputs: $3, bias: $4, slopes: $5, accumulates: $6, scratch: $7, into: $8,
                routes: $9, rowStride: $10, pixelStride: $11)
        },
        unpooledInputTile: {
            NetsKernels.WinogradTile.unpooledInput(
                side: $0, $1, routes: $2, scale: $3, rowStride: $4, pixelStride: $5, channels: $6, scratch: $7,
                into: $8, stride: $9)
        },
        pooledOutputTile: {
            NetsKernels.WinogradTile.pooledOutput(
                side: $0, $1, stride: $2, outputs: $3, bias: $4, averages: $5, scratch: $6, into: $7, routes: $8,
                rowStride: $9, pixelStride: $10)
        },
        product: {
            NetsKernels.PanelProduct.run(
                count: $0, depth: $1, $2, aStride: $3, $4, panelCount: $5, into: $6, cStride: $7)
        },
        finishedProduct: {
            NetsKernels.PanelProduct.finish(
                count: $0, .init(segments: $1, offsets: $2, depth: $3), $4, aStride: $5, $6, outputs: $7,
                bias: $8,
                slopes: $9, into: $10, cStride: $11, accumulates: $12, tile: $13)
        },
        depthwiseRun: {
            NetsKernels.DepthwiseRun.run(
                $0, step: $1, rowStride: $2, columnStride: $3, rows: $4, columns: $5, $6, weightStride: $7,
                bias: $8,
                slopes: $9, channels: $10, into: $11, count: $12)
        },
        channelSums: { NetsKernels.ChannelRun.sums($0, count: $1, row: $2, mean: $3, into: $4) },
        channelScale: {
            NetsKernels.ChannelRun.scale(
                $0, count: $1, row: $2, factor: $3, shift: $4, slope: $5, into: $6)
        },
        pairMaxima: {
            NetsKernels.MaxPoolPair.run($0, rowStride: $1, into: $2, windows: $3, channels: $4)
        },
        pullBackMaxima: {
            NetsKernels.MaxPoolPair.pullBack(
                $0, $1, rowStride: $2, into: $3, windows: $4, channels: $5, accumulates: $6)
        })

    private static let avx2 = KernelSet(
        vectorBits: 256, rows: NetsKernelsAVX2.PanelProduct.rows, fewRows: NetsKernelsAVX2.PanelProduct.fewRows,
        columns: NetsKernelsAVX2.PanelProduct.columns,
        scratch: NetsKernelsAVX2.WinogradTile.scratch,
        weightTiles: {
            NetsKernelsAVX2.WinogradTile.weights(
                side: $0, $1, tapStride: $2, channelStride: $3, channels: $4, outputs: $5, scratch: $6, into: $7,
                stride: $8)
        },
        inputTile: {
            NetsKernelsAVX2.WinogradTile.input(
                side: $0, $1, mask: $2, routes: $3, rowStride: $4, pixelStride: $5, channels: $6, scratch: $7,
                into: $8, stride: $9)
        },
        outputTile: {
            NetsKernelsAVX2.WinogradTile.output(
                side: $0, $1, stride: $2, outputs: $3, bias: $4, slopes: $5, accumulates: $6, scratch: $7, into: $8,
                routes: $9, rowStride: $10, pixelStride: $11)
        },
        unpooledInputTile: {
            NetsKernelsAVX2.WinogradTile.unpooledInput(
                side: $0, $1, routes: $2, scale: $3, rowStride: $4, pixelStride: $5, channels: $6, scratch: $7,
                into: $8, stride: $9)
        },
        pooledOutputTile: {
            NetsKernelsAVX2.WinogradTile.pooledOutput(
                side: $0, $1, stride: $2, outputs: $3, bias: $4, averages: $5, scratch: $6, into: $7, routes: $8,
                rowStride: $9, pixelStride: $10)
        },
        product: {
            NetsKernelsAVX2.PanelProduct.run(
                count: $0, depth: $1, $2, aStride: $3, $4, panelCount: $5, into: $6, cStride: $7)
        },
        finishedProduct: {
            NetsKernelsAVX2.PanelProduct.finish(
                count: $0, .init(segments: $1, offsets: $2, depth: $3), $4, aStride: $5, $6, outputs: $7,
                bias: $8,
                slopes: $9, into: $10, cStride: $11, accumulates: $12, tile: $13)
        },
        depthwiseRun: {
            NetsKernelsAVX2.DepthwiseRun.run(
                $0, step: $1, rowStride: $2, columnStride: $3, rows: $4, columns: $5, $6, weightStride: $7,
                bias: $8,
                slopes: $9, channels: $10, into: $11, count: $12)
        },
        channelSums: { NetsKernelsAVX2.ChannelRun.sums($0, count: $1, row: $2, mean: $3, into: $4) },
        channelScale: {
            NetsKernelsAVX2.ChannelRun.scale(
                $0, count: $1, row: $2, factor: $3, shift: $4, slope: $5, into: $6)
        },
        pairMaxima: {
            NetsKernelsAVX2.MaxPoolPair.run($0, rowStride: $1, into: $2, windows: $3, channels: $4)
        },
        pullBackMaxima: {
            NetsKernelsAVX2.MaxPoolPair.pullBack(
                $0, $1, rowStride: $2, into: $3, windows: $4, channels: $5, accumulates: $6)
        })

    private static let avx512 = KernelSet(
        vectorBits: 512, rows: NetsKernelsAVX512.PanelProduct.rows, fewRows: NetsKernelsAVX512.PanelProduct.fewRows,
        columns: NetsKernelsAVX512.PanelProduct.columns,
        scratch: NetsKernelsAVX512.WinogradTile.scratch,
        weightTiles: {
            NetsKernelsAVX512.WinogradTile.weights(
                side: $0, $1, tapStride: $2, channelStride: $3, channels: $4, outputs: $5, scratch: $6, into: $7,
                stride: $8)
        },
        inputTile: {
            NetsKernelsAVX512.WinogradTile.input(
                side: $0, $1, mask: $2, routes: $3, rowStride: $4, pixelStride: $5, channels: $6, scratch: $7,
                into: $8, stride: $9)
        },
        outputTile: {
            NetsKernelsAVX512.WinogradTile.output(
                side: $0, $1, stride: $2, outputs: $3, bias: $4, slopes: $5, accumulates: $6, scratch: $7, into: $8,
                routes: $9, rowStride: $10, pixelStride: $11)
        },
        unpooledInputTile: {
            NetsKernelsAVX512.WinogradTile.unpooledInput(
                side: $0, $1, routes: $2, scale: $3, rowStride: $4, pixelStride: $5, channels: $6, scratch: $7,
                into: $8, stride: $9)
        },
        pooledOutputTile: {
            NetsKernelsAVX512.WinogradTile.pooledOutput(
                side: $0, $1, stride: $2, outputs: $3, bias: $4, averages: $5, scratch: $6, into: $7, routes: $8,
                rowStride: $9, pixelStride: $10)
        },
        product: {
            NetsKernelsAVX512.PanelProduct.run(
                count: $0, depth: $1, $2, aStride: $3, $4, panelCount: $5, into: $6, cStride: $7)
        },
        finishedProduct: {
            NetsKernelsAVX512.PanelProduct.finish(
                count: $0, .init(segments: $1, offsets: $2, depth: $3), $4, aStride: $5, $6, outputs: $7,
                bias: $8,
                slopes: $9, into: $10, cStride: $11, accumulates: $12, tile: $13)
        },
        depthwiseRun: {
            NetsKernelsAVX512.DepthwiseRun.run(
                $0, step: $1, rowStride: $2, columnStride: $3, rows: $4, columns: $5, $6, weightStride: $7,
                bias: $8,
                slopes: $9, channels: $10, into: $11, count: $12)
        },
        channelSums: { NetsKernelsAVX512.ChannelRun.sums($0, count: $1, row: $2, mean: $3, into: $4) },
        channelScale: {
            NetsKernelsAVX512.ChannelRun.scale(
                $0, count: $1, row: $2, factor: $3, shift: $4, slope: $5, into: $6)
        },
        pairMaxima: {
            NetsKernelsAVX512.MaxPoolPair.run($0, rowStride: $1, into: $2, windows: $3, channels: $4)
        },
        pullBackMaxima: {
            NetsKernelsAVX512.MaxPoolPair.pullBack(
                $0, $1, rowStride: $2, into: $3, windows: $4, channels: $5, accumulates: $6)
        })
}
