import Foundation
import ModelFiles
import Nets
import Pictures
import Testing

import struct Wire.JobOptions
import enum Wire.StyleNetworkKind

@testable import Styles

/// Opens the networks from the model store; a missing model fails the test with the store's own sentence.
func network(_ kind: StyleNetworkKind, threads: Int = 2) throws -> StyleNetwork {
    try StyleNetwork(kind, store: ModelStore(), threads: ThreadPool(threads: threads))
}

func stylizer(threads: Int = 2) -> Stylizer { Stylizer(store: ModelStore(), threads: ThreadPool(threads: threads)) }

/// A sample photograph by name, from `LIMNER_SAMPLES` or the cache folder.
func sample(_ name: String) throws -> Picture {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory() + "/.cache"
    let path = (environment["LIMNER_SAMPLES"] ?? cache + "/limner/samples") + "/" + name
    try #require(FileManager.default.fileExists(atPath: path), "\(path) is missing: run deploy/fetch-samples")
    return try PictureFile(path: path).decode()
}

/// The picture that `Golden/make_style_losses.py` makes by the same integer formula.
func formulaPicture(_ kind: Int, width: Int, height: Int) -> Picture {
    var samples: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for c in 0..<3 {
                var ramp = (x * (3 + kind) + y * (5 - kind) + c * 40 * (kind + 1)) % 256
                ramp = (ramp > 127 ? 255 - ramp : ramp) * 2
                let h = (x * 73 + y * 179 + c * 283 + kind * 419) % 1009
                let grain = (h * h * 31 + h * 17) % 1009 % 64
                samples.append(UInt8(min(max(ramp - 32 + grain, 0), 255)))
            }
        }
    }
    return Picture(width: width, height: height, pixels: samples)
}

/// Settings with every option that matters to a loss, and nothing else.
func settings(
    _ kind: StyleNetworkKind = .vgg19, _ change: (inout JobOptions) -> Void = { _ in }
) throws -> StyleSettings {
    var options = JobOptions()
    options.network = .features(kind)
    change(&options)
    return try StyleSettings(resolving: options)
}

/// J(G) for a content picture and styles with shares.
func objective(
    _ network: StyleNetwork, content: Picture, styles: [(Picture, Double)], settings: StyleSettings
) throws -> StyleObjective {
    try objective(network, content: content, after: styles.map { StylePicture($0.0, weight: $0.1) }, settings: settings)
}

/// The same with styles that may have masks, and in parts.
func objective(
    _ network: StyleNetwork, content: Picture, after styles: [StylePicture], settings: StyleSettings, part: Int? = nil
) throws -> StyleObjective {
    let regions = try StyleRegion.regions(of: styles).map { region in
        StyleObjective.Region(
            mask: region.mask(at: content.size), factor: region.factor,
            targets: try network.targets(
                of: region.styles.map { style in
                    StyleNetwork.Style(
                        pixels: Tensor(pixelsOf: style.picture), share: style.weight / region.total,
                        mask: style.styleMask.map { RegionMask($0, stretchedTo: style.picture.size) })
                },
                settings: settings, part: part))
    }
    return try StyleObjective(
        network, content: Tensor(pixelsOf: content), regions: regions, settings: settings, part: part)
}

/// White at the left, black at the right, and so many grey columns between.
func leftMask(width: Int, height: Int, soft: Int = 0) -> Picture {
    let samples = (0..<width * height).flatMap { index -> [UInt8] in
        let from = Double(index % width) + 0.5 - Double(width - soft) / 2
        let value = soft == 0 ? (from < 0 ? 1 : 0) : min(max(1 - from / Double(soft), 0), 1)
        return [UInt8](repeating: UInt8(value * 255), count: 3)
    }
    return Picture(width: width, height: height, pixels: samples)
}

func meanDifference(_ a: Picture, _ b: Picture) -> Double {
    precondition(a.size == b.size && a.channels == b.channels)
    return zip(a.pixels, b.pixels).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) } / Double(a.pixels.count)
}

/// How far gradients are apart, and how long the expected one is.
func distance(of found: Tensor, from expected: Tensor) -> (off: Double, norm: Double) {
    let off = zip(found.values, expected.values).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    let norm = expected.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (off.squareRoot(), norm.squareRoot())
}

extension JobOptions {
    func with(_ change: (inout JobOptions) -> Void) -> JobOptions {
        var changed = self
        change(&changed)
        return changed
    }
}
