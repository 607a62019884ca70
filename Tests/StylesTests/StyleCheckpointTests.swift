import Foundation
import ModelFiles
import Nets
import Pictures
import Synchronization
import Testing

import struct Wire.JobOptions
import enum Wire.StyleNetworkKind
import enum Wire.StyleOptimizer

@testable import Styles

@Suite(.serialized) final class StyleCheckpointTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoints-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Two sizes, 136 and 192 pixels.
    private func work(_ change: (inout JobOptions) -> Void = { _ in }) -> JobOptions {
        JobOptions().with {
            $0.iterations = 12
            $0.lossInterval = 1
            $0.styleLayers = ["relu1_1", "relu2_1", "relu3_1"]
            $0.contentLayers = ["relu3_1"]
            change(&$0)
        }
    }

    private func paint(
        _ options: JobOptions, content kind: Int = 0, width: Int = 192, room: StyleRoom = .unlimited, threads: Int = 2,
        checkpoints: StyleCheckpoints? = nil,
        progress: @escaping (StyleProgress) -> Void = { _ in }, isCancelled: @escaping () -> Bool = { false }
    ) throws -> StylizedPicture {
        try stylizer(threads: threads).stylize(
            formulaPicture(kind, width: width, height: 192),
            after: .pictures([StylePicture(formulaPicture(2, width: 96, height: 96))]), options: options,
            room: room, checkpoints: checkpoints, progress: progress, isCancelled: isCancelled)
    }

    /// Runs until so many iterations are made, keeps the state and stops, as a worker does that is told to.
    private func keep(
        _ options: JobOptions, width: Int = 192, room: StyleRoom = .unlimited, at iteration: Int, to path: String
    ) throws {
        var made = 0
        #expect(throws: StyleError.cancelled) {
            _ = try paint(
                options, width: width, room: room,
                checkpoints: StyleCheckpoints(
                    isDue: {
                        made += 1
                        return made == iteration
                    }, keep: { try $0.write(to: path) }),
                isCancelled: { made >= iteration })
        }
    }

    /// In the first size, at its end, in the second, and at the very end; the optimiser that was asked for, and Adam.
    @Test(arguments: StyleOptimizer.allCases)
    func `a resumed painting is the painting that was never broken off`(optimizer: StyleOptimizer) throws {
        let options = work { $0.optimizer = optimizer }
        let whole = try paint(options)
        #expect(!whole.isInParts && whole.optimizer == optimizer)
        #expect(whole.losses.map(\.size) == [Int](repeating: 136, count: 7) + [Int](repeating: 192, count: 5))
        for iteration in [3, 7, 10, 12] { try resume(at: iteration, options, as: whole) }
    }

    private func resume(at iteration: Int, _ options: JobOptions, as whole: StylizedPicture) throws {
        let path = folder.appendingPathComponent("state").path
        if iteration < 12 {
            try keep(options, at: iteration, to: path)
        } else {
            _ = try paint(options, checkpoints: StyleCheckpoints(isDue: { true }, keep: { try $0.write(to: path) }))
        }
        let checkpoint = try StyleCheckpoint(reading: path)
        #expect(checkpoint.iteration == iteration)
        var told: [StyleProgress] = []
        let resumed = try paint(
            options, threads: 1, checkpoints: StyleCheckpoints(start: checkpoint, isDue: { false }, keep: { _ in }),
            progress: { told.append($0) })
        #expect(resumed.picture == whole.picture)
        #expect(resumed.losses == whole.losses && resumed.delivered == whole.delivered)
        #expect(resumed.iterations == 12 && resumed.beginning == .resumed(iteration: iteration))
        let first = try #require(told.first { $0.beginning != nil })
        #expect(first.beginning == .resumed(iteration: iteration) && first.iterations.map(\.done) == iteration)
        #expect(told.map(\.fraction) == told.map(\.fraction).sorted())
        #expect(told.compactMap(\.losses).count == 12 - iteration)
    }

    @Test(arguments: [3, 10])
    func `places that are drawn are drawn again where it goes on`(iteration: Int) throws {
        let options = work { $0.styleLoss = [.strotss] }
        let whole = try paint(options)
        let path = folder.appendingPathComponent("state").path
        try keep(options, at: iteration, to: path)
        let resumed = try paint(
            options,
            checkpoints: StyleCheckpoints(
                start: try StyleCheckpoint(reading: path), isDue: { false }, keep: { _ in }))
        #expect(resumed.picture == whole.picture && resumed.losses == whole.losses)
    }

    /// The first size is painted whole, the second in two parts.
    @Test(arguments: [3, 10])
    func `what is painted in parts for want of room is resumed as well`(iteration: Int) throws {
        let options = work {
            $0.size = 304
            $0.scales = 2
        }
        let room = StyleRoom(
            bytes: StyleRoom.unlimited.bytes(for: PixelSize(width: 304, height: 192), part: 128, .vgg19))
        #expect(room.part(for: PixelSize(width: 215, height: 136), .vgg19) == nil)
        #expect(room.part(for: PixelSize(width: 304, height: 192), .vgg19) == 144)
        let whole = try paint(options, width: 304, room: room)
        #expect(whole.isInParts && whole.optimizer == .adam && whole.settings.optimizer == .lbfgs)
        let losses = try #require(whole.losses.last { $0.size == 304 }).losses.total
        #expect(losses < (try #require(whole.losses.first { $0.size == 304 })).losses.total)
        let path = folder.appendingPathComponent("state").path
        try keep(options, width: 304, room: room, at: iteration, to: path)
        let resumed = try paint(
            options, width: 304, room: room, threads: 1,
            checkpoints: StyleCheckpoints(start: try StyleCheckpoint(reading: path), isDue: { false }, keep: { _ in }))
        #expect(resumed.beginning == .resumed(iteration: iteration))
        #expect(resumed.picture == whole.picture && resumed.losses == whole.losses)
    }

    /// As J. Johnson's neural-style begins: 0.001 · randn about the mean of what the network was trained on.
    @Test func `a start from the mean colour has next to no noise`() throws {
        let path = folder.appendingPathComponent("state").path
        // Steps that move nothing.
        let options = work {
            $0.start = .mean
            $0.optimizer = .adam
            $0.learningRate = 1e-6
        }
        try keep(options, at: 1, to: path)
        let pixels = try #require(StyleCheckpoint(reading: path).tensors["pixels"])
        let colour: [Float] = [123.68, 116.779, 103.939]
        let squares = (0..<pixels.count).reduce(0.0) { $0 + pow(Double(pixels[$1] - colour[$1 % 3]), 2) }
        let deviation = (squares / Double(pixels.count)).squareRoot()
        #expect(abs(deviation - 1e-3) < 2e-5, "\(deviation)")
    }

    @Test func `the largest parts are taken for which there is room, and the whole if there is`() throws {
        let size = PixelSize(width: 6000, height: 4000)
        func part(
            _ megabytes: Int64, _ kind: StyleNetworkKind = .vgg19, for settings: StyleSettings? = nil
        ) -> Int? {
            StyleRoom(bytes: megabytes << 20, for: settings).part(for: size, kind)
        }
        let photograph = try settings { $0.preset = .photo }
        #expect(StyleRoom.unlimited.part(for: size, .vgg19) == nil && part(30_000) == nil)
        #expect(part(20_000) == 1024 && part(2_300) == 1024)
        #expect(part(1_800) == 848 && part(10) == 128)
        #expect(part(3_300, for: photograph) == 1024 && part(3_000, for: photograph) == 128)
        #expect(part(2_300, for: try settings { $0.pooling = .l2 }) == 848)
        #expect(part(2_300, for: try settings { $0.preset = .neuralStyleTF }) != nil)
        #expect(part(20_000, .alexnet) == nil, "its pools overlap")
        #expect(StyleRoom(bytes: 1).part(for: PixelSize(width: 200, height: 200), .vgg19) == nil)
    }

    @Test func `a checkpoint of other work is refused and the work begins anew`() throws {
        let path = folder.appendingPathComponent("state").path
        try keep(work(), at: 2, to: path)
        let checkpoint = try StyleCheckpoint(reading: path)
        let others = [
            (work { $0.styleWeight = 301 }, 0), (work { $0.seed = 2 }, 0), (work { $0.strength = 0 }, 0), (work(), 1),
        ]
        for (options, kind) in others {
            let checkpoints = StyleCheckpoints(start: checkpoint, isDue: { false }, keep: { _ in })
            let result = try paint(options, content: kind, checkpoints: checkpoints)
            guard case .refused(let why) = result.beginning else {
                Issue.record("\(result.beginning) with \(options)")
                continue
            }
            #expect(why.contains("other"))
            #expect(result.picture == (try paint(options, content: kind)).picture)
        }
    }

    @Test func `a damaged checkpoint is refused with a reason, whichever byte it is`() throws {
        let path = folder.appendingPathComponent("state").path
        try keep(work(), at: 2, to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var generator = SeededGenerator(seed: 3)
        let places =
            [0, 8, 9, 100, whole.count - 1] + (0..<20).map { _ in Int.random(in: 0..<whole.count, using: &generator) }
        for place in places {
            var damaged = whole
            damaged[place] ^= 0x10
            expectRefused(damaged, "byte \(place) of \(whole.count)")
        }
        for length in [0, 7, 8, 100, whole.count / 2, whole.count - 1] {
            expectRefused(whole.prefix(length), "\(length) bytes of \(whole.count)")
        }
        #expect(throws: StyleError.self) { try StyleCheckpoint(reading: path + "-missing") }
    }

    private func expectRefused(_ bytes: Data, _ what: String) {
        let path = folder.appendingPathComponent("damaged").path
        do {
            try bytes.write(to: URL(fileURLWithPath: path))
            let found = try StyleCheckpoint(reading: path)
            Issue.record("\(what) changed and accepted, at iteration \(found.iteration)")
        } catch StyleError.checkpointUnusable(let named, let why) {
            #expect(named == path && !why.isEmpty)
        } catch {
            Issue.record("\(what): \(error)")
        }
    }

    @Test func `what the keeper throws ends the painting`() throws {
        struct Full: Error {}
        #expect(throws: Full.self) {
            _ = try paint(work(), checkpoints: StyleCheckpoints(isDue: { true }, keep: { _ in throw Full() }))
        }
        #expect(throws: ModelFileError.self) {
            let nowhere = folder.appendingPathComponent("missing/state").path
            _ = try paint(work(), checkpoints: StyleCheckpoints(isDue: { true }, keep: { try $0.write(to: nowhere) }))
        }
    }
}
