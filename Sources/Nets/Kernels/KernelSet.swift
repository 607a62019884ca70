import COpenBLAS
import NetsKernels
import NetsKernelsAVX2
import NetsKernelsAVX512

/// The kernels of one instruction set. They are compiled once for each from the same sources, and chosen when the
/// program runs.
struct KernelSet: Sendable {
    /// Bits of a vector register.
    let vectorBits: Int
    let tiles: any WinogradTiles.Type
    let products: any PanelProducts.Type
    let depthwise: any DepthwiseRuns.Type
    let channels: any ChannelRuns.Type
    let pairs: any MaxPoolPairs.Type
    /// Rows and columns that ``products`` takes at once.
    let rows: Int
    let columns: Int
    /// Rows of a small one: `run` takes a multiple.
    let fewRows: Int

    private init(
        vectorBits: Int, _ tiles: any WinogradTiles.Type, _ products: any PanelProducts.Type,
        _ depthwise: any DepthwiseRuns.Type, _ channels: any ChannelRuns.Type, _ pairs: any MaxPoolPairs.Type
    ) {
        self.vectorBits = vectorBits
        self.tiles = tiles
        self.products = products
        self.depthwise = depthwise
        self.channels = channels
        self.pairs = pairs
        (rows, columns, fewRows) = (products.rows, products.columns, products.fewRows)
    }

    /// Those that this processor can run, the fastest first.
    static let supported = [
        KernelSet(
            vectorBits: 512, NetsKernelsAVX512.WinogradTile.self, NetsKernelsAVX512.PanelProduct.self,
            NetsKernelsAVX512.DepthwiseRun.self, NetsKernelsAVX512.ChannelRun.self, NetsKernelsAVX512.MaxPoolPair.self),
        KernelSet(
            vectorBits: 256, NetsKernelsAVX2.WinogradTile.self, NetsKernelsAVX2.PanelProduct.self,
            NetsKernelsAVX2.DepthwiseRun.self, NetsKernelsAVX2.ChannelRun.self, NetsKernelsAVX2.MaxPoolPair.self),
        KernelSet(
            vectorBits: 128, NetsKernels.WinogradTile.self, NetsKernels.PanelProduct.self,
            NetsKernels.DepthwiseRun.self, NetsKernels.ChannelRun.self, NetsKernels.MaxPoolPair.self),
    ].filter { $0.vectorBits <= Int(limner_vector_bits()) }
}

// What the three builds of a kernel have in common. The kernels themselves say what they do.

protocol WinogradTiles: SendableMetatype {
    static var scratch: Int { get }

    static func weights(
        side: Int, _ weights: Floats, tapStride: Int, channelStride: Int, channels: Int, outputs: Int, scratch: Floats,
        into target: Floats, stride: Int)

    static func input(
        side: Int, _ tile: Floats, mask: Floats?, routes: Routes?, rowStride: Int, pixelStride: Int, channels: Int,
        scratch: Floats, into target: Floats, stride: Int)

    static func unpooledInput(
        side: Int, _ windows: Floats, routes: Routes, scale: Float, rowStride: Int, pixelStride: Int, channels: Int,
        scratch: Floats, into target: Floats, stride: Int)

    static func output(
        side: Int, _ positions: Floats, stride: Int, outputs: Int, bias: Floats, slopes: Floats, accumulates: Bool,
        scratch: Floats, into target: Floats, routes: Routes?, rowStride: Int, pixelStride: Int)

    static func outputAdjoint(
        side: Int, _ tile: Floats, mask: Floats?, rowStride: Int, pixelStride: Int, outputs: Int, sums: Floats,
        scratch: Floats, into target: Floats, stride: Int)

    static func weightsAdjoint(
        side: Int, _ positions: Floats, stride: Int, channels: Int, outputs: Int, accumulates: Bool, scratch: Floats,
        into target: Floats, tapStride: Int, channelStride: Int)

    static func pooledOutput(
        side: Int, _ positions: Floats, stride: Int, outputs: Int, bias: Floats, averages: Bool, scratch: Floats,
        into target: Floats, routes: Routes?, rowStride: Int, pixelStride: Int)
}

protocol PanelProducts: SendableMetatype {
    static var rows: Int { get }
    static var fewRows: Int { get }
    static var columns: Int { get }

    static func run(
        count: Int, depth: Int, _ a: Floats, aStride: Int, _ panels: Floats, panelCount: Int, into c: Floats,
        cStride: Int)

    static func transposed(
        count: Int, depth: Int, _ a: Floats, aStride: Int, _ b: Floats, bStride: Int, panelCount: Int, into c: Floats,
        cStride: Int, accumulates: Bool)

    static func finish(
        count: Int, segments: Int, offsets: UnsafePointer<Int>, depth: Int, _ a: Floats, aStride: Int,
        _ panel: Floats, outputs: Int, bias: Floats, slopes: Floats, into c: Floats, cStride: Int, accumulates: Bool,
        tile: Floats)
}

protocol DepthwiseRuns: SendableMetatype {
    static func run(
        _ x: Floats, step: Int, rowStride: Int, columnStride: Int, rows: Int, columns: Int, _ weights: Floats,
        weightStride: Int, bias: Floats, slopes: Floats, channels: Int, into y: Floats, count: Int)
}

protocol ChannelRuns: SendableMetatype {
    static func sums(_ x: Floats, count: Int, row: Int, mean: Floats?, into sums: Floats)

    static func scale(
        _ x: Floats, count: Int, row: Int, factor: Floats, shift: Floats, slope: Float, into y: Floats)
}

protocol MaxPoolPairs: SendableMetatype {
    static func run(_ top: Floats, rowStride: Int, into target: Floats, windows: Int, channels: Int)

    static func pullBack(
        _ gradient: Floats, _ top: Floats, rowStride: Int, into target: Floats, windows: Int, channels: Int,
        accumulates: Bool)
}

extension NetsKernels.WinogradTile: WinogradTiles {}
extension NetsKernels.PanelProduct: PanelProducts {}
extension NetsKernels.DepthwiseRun: DepthwiseRuns {}
extension NetsKernels.ChannelRun: ChannelRuns {}
extension NetsKernels.MaxPoolPair: MaxPoolPairs {}

extension NetsKernelsAVX2.WinogradTile: WinogradTiles {}
extension NetsKernelsAVX2.PanelProduct: PanelProducts {}
extension NetsKernelsAVX2.DepthwiseRun: DepthwiseRuns {}
extension NetsKernelsAVX2.ChannelRun: ChannelRuns {}
extension NetsKernelsAVX2.MaxPoolPair: MaxPoolPairs {}

extension NetsKernelsAVX512.WinogradTile: WinogradTiles {}
extension NetsKernelsAVX512.PanelProduct: PanelProducts {}
extension NetsKernelsAVX512.DepthwiseRun: DepthwiseRuns {}
extension NetsKernelsAVX512.ChannelRun: ChannelRuns {}
extension NetsKernelsAVX512.MaxPoolPair: MaxPoolPairs {}
