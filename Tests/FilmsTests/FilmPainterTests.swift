import Films
import Foundation
import ModelFiles
import Nets
import Pictures
import Styles
import Testing

import struct Wire.JobOptions
import enum Wire.StyleColors
import enum Wire.StylePreset

/// Films that are painted by the real networks.
@Suite(.serialized) struct FilmPainterTests {
    private static let size = PixelSize(width: 128, height: 96)

    private static func sample(_ name: String) throws -> Picture {
        let environment = ProcessInfo.processInfo.environment
        let cache =
            environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory() + "/.cache"
        let path = (environment["LIMNER_SAMPLES"] ?? cache + "/limner/samples") + "/" + name
        try #require(FileManager.default.fileExists(atPath: path), "\(path) is missing: run deploy/fetch-samples")
        return try PictureFile(path: path).decode()
    }

    /// A camera that pans over a photograph, two pixels a frame.
    private static func pan(_ name: String, _ frames: Int) throws -> [Picture] {
        let photograph = try sample(name)
        return (0..<frames).map { frame in
            photograph.cropped(to: PixelRect(x: 60 + 2 * frame, y: 80 + frame, width: size.width, height: size.height))
        }
    }

    private func options(_ change: (inout JobOptions) -> Void) -> JobOptions {
        JobOptions {
            $0.size = 128
            change(&$0)
        }
    }

    private func stylizer(_ first: Picture, _ options: JobOptions) throws -> FrameStylizer {
        let threads = ThreadPool(threads: 2)
        return try FrameStylizer(
            Stylizer(store: ModelStore(), threads: threads), first: first,
            after: .pictures([StylePicture(try Self.sample("flower.jpg"))]), options: options)
    }

    private func painter(_ first: Picture, _ options: JobOptions, isSteady: Bool = true) throws -> FilmPainter {
        let frames = try stylizer(first, options)
        return try FilmPainter(
            frames, isSteady: isSteady, iterations: frames.settings.frameIterations,
            pull: frames.settings.temporalWeight, threads: ThreadPool(threads: 2))
    }

    private func warpError(_ painted: [FilmPainter.Painted]) throws -> Double {
        let errors = painted.compactMap(\.warpError)
        try #require(!errors.isEmpty)
        return errors.reduce(0, +) / Double(errors.count)
    }

    @Test func framesOfOnePassAreSteadied() throws {
        let film = try Self.pan("china.jpg", 5)
        let fast = options { $0.preset = .fast }
        let steady = try painter(film[0], fast)
        let still = try painter(film[0], fast, isSteady: false)
        let (steadied, painted) = (try film.map(steady.paint), try film.map(still.paint))
        #expect(steadied[0].picture == painted[0].picture, "a shot begins like a still")
        #expect(steadied.map(\.isCut) == [true, false, false, false, false])
        let errors = (steady: try warpError(steadied), still: try warpError(painted))
        #expect(errors.steady < 0.5 * errors.still, "\(errors)")
    }

    /// Networks of one pass make the same of a frame in any light.
    @Test func whatFadesToBlackIsPaintedSo() throws {
        let scene = try Self.pan("china.jpg", 8)
        let film = zip(scene, [1, 0.8, 0.6, 0.4, 0.2, 0.1, 0.04, 0]).map { frame, light in
            Picture(width: frame.width, height: frame.height, pixels: frame.pixels.map { UInt8(Double($0) * light) })
        }
        func light(_ picture: Picture) -> Double {
            picture.pixels.reduce(0.0) { $0 + Double($1) } / Double(picture.pixels.count)
        }
        for isSteady in [true, false] {
            let fast = options { $0.preset = .fast }
            let painted = try film.map(painter(film[0], fast, isSteady: isSteady).paint)
            let lights = painted.map { light($0.picture) }
            #expect(
                lights[3] > 0.7 * lights[0] && lights[5] < 0.7 * lights[0] && lights[6] < 0.4 * lights[0], "\(lights)")
            #expect(lights[7] == 0, "\(lights)")
            let resumed = try painter(film[0], fast, isSteady: isSteady)
            for index in 0..<6 {
                resumed.remember(film[index], painted: painted[index].picture, as: painted[index].passage)
            }
            #expect(try resumed.paint(film[6]).picture == painted[6].picture)
        }
    }

    /// Its luma is that of a fade, and it is as light as blue can be.
    @Test func aSaturatedFrameIsNotDarkened() throws {
        let frame = try Self.pan("china.jpg", 1)[0]
        let blue = Picture(
            width: frame.width, height: frame.height,
            pixels: frame.pixels.enumerated().map { $0 % 3 == 2 ? $1 : 0 })
        let fast = options { $0.preset = .fast }
        let alone = try stylizer(blue, fast).paint(blue)
        #expect(try painter(blue, fast).paint(blue).picture == alone)
    }

    /// A camera's flash is no cut: the frame behind it is held to that before it; also where nothing is known but frames and paintings.
    @Test(arguments: [.style, .match] as [StyleColors]) func aFlashIsNoCut(_ colors: StyleColors) throws {
        var film = try Self.pan("china.jpg", 8)
        let without = film
        let other = try Self.pan("astronaut.png", 1)[0]
        for index in [3, 5] { film[index] = other }
        let fast = options {
            $0.preset = .fast
            $0.colors = colors
        }
        let painted = try film.map(painter(film[0], fast).paint)
        #expect(
            painted.map(\.passage) == [.cut, .goesOn, .goesOn, .cut, .goesBack, .cut, .goesBack, .goesOn])
        // As if the flash had not been there.
        let plain = try painter(film[0], fast)
        let shot = try [0, 1, 2, 4, 6, 7].map { try plain.paint(without[$0]).picture }
        #expect(shot == [0, 1, 2, 4, 6, 7].map { painted[$0].picture })
        for end in 4..<8 {
            let resumed = try painter(film[0], fast)
            for index in 0..<end {
                resumed.remember(film[index], painted: painted[index].picture, as: painted[index].passage)
            }
            #expect(try resumed.paint(film[end]).picture == painted[end].picture, "resumed at \(end)")
        }
        // Two frames are a shot.
        film[4] = film[3]
        let cut = try film.map(painter(film[0], fast).paint)
        #expect(cut[4].passage == .goesOn && cut[5].passage == .goesOn && cut[6].passage == .cut)
    }

    /// Reports say of a film what a comparison does.
    @Test func framesAreMeasuredAsFilmsAreCompared() throws {
        var film = try Self.pan("china.jpg", 6)
        film[3] = try Self.pan("astronaut.png", 1)[0]
        let painter = try painter(film[0], options { $0.preset = .fast })
        let painted = try film.map(painter.paint)
        let meter = try SteadinessMeter(size: Self.size, distance: 1, threads: ThreadPool(threads: 2))
        for (frame, painting) in zip(film, painted) {
            meter.add(source: Planes(frame), painted: [Planes(painting.picture)])
        }
        let result = try #require(meter.result)
        let measured = try #require(result.painted.first)
        #expect(painted[4].passage == .goesBack && painted.count(where: { $0.warpError != nil }) == result.pairs)
        #expect(abs(try warpError(painted) - measured) < 1e-6 * measured)
    }

    /// A film that begins in the dark is not painted in the colours of the dark throughout; and whether it was broken off makes no difference.
    @Test func coloursThatMatchFollowTheLight() throws {
        let scene = try Self.pan("china.jpg", 6)
        let film = scene.enumerated().map { index, frame in
            index > 2 ? frame : Picture(width: frame.width, height: frame.height, filledWith: .black)
        }
        let matching = options {
            $0.preset = .fast
            $0.colors = .match
        }
        let whole = try painter(film[0], matching)
        let painted = try film.map(whole.paint)
        func light(_ picture: Picture) -> Double {
            picture.pixels.reduce(0.0) { $0 + Double($1) } / Double(picture.pixels.count)
        }
        #expect(abs(light(painted[5].picture) - light(film[5])) < 50, "\(light(painted[5].picture)), \(light(film[5]))")
        let resumed = try painter(film[0], matching)
        for index in 0..<5 {
            resumed.remember(
                film[index], painted: index == 0 ? nil : painted[index].picture, as: painted[index].passage)
        }
        #expect(try resumed.paint(film[5]).picture == painted[5].picture)
    }

    @Test func optimisedFramesAreHeldToThoseBefore() throws {
        let film = try Self.pan("china.jpg", 4)
        let draft = options {
            $0.preset = .draft
            $0.iterations = 12
            $0.frameIterations = 8
        }
        let (steady, still) = (try painter(film[0], draft), try painter(film[0], draft, isSteady: false))
        let (steadied, painted) = (try film.map(steady.paint), try film.map(still.paint))
        let errors = (steady: try warpError(steadied), still: try warpError(painted))
        #expect(errors.steady < 0.5 * errors.still, "\(errors)")
    }

    @Test(arguments: [StylePreset.fast, .draft]) func whoRemembersFourFramesGoesOnWithTheSameBytes(
        _ preset: StylePreset
    ) throws {
        let film = try Self.pan("china.jpg", 7)
        let options = options {
            $0.preset = preset
            $0.iterations = preset == .draft ? 4 : nil
            $0.frameIterations = preset == .draft ? 2 : nil
        }
        let whole = try painter(film[0], options)
        let painted = try film.map(whole.paint)
        let resumed = try painter(film[0], options)
        for index in 2..<6 {
            resumed.remember(film[index], painted: painted[index].picture, as: painted[index].passage)
        }
        let last = try resumed.paint(film[6])
        #expect(last.picture == painted[6].picture)
        #expect(last.warpError == painted[6].warpError)
    }

    @Test func aCutBeginsAnew() throws {
        let film = try Self.pan("china.jpg", 2) + Self.pan("astronaut.png", 2)
        let fast = options { $0.preset = .fast }
        let painter = try painter(film[0], fast)
        let painted = try film.map(painter.paint)
        #expect(painted.map(\.isCut) == [true, false, true, false])
        #expect(painted[2].warpError == nil)
        let alone = try stylizer(film[0], fast).paint(film[2])
        #expect(painted[2].picture == alone, "nothing of the shot before is left")
    }

    /// A size of 129 was asked for, and the frames of the film were made even.
    @Test func framesAreNotEnlargedOnceMore() throws {
        let film = try Self.pan("china.jpg", 2)
        let draft = options {
            $0.preset = .draft
            $0.size = 129
            $0.upscale = true
            $0.iterations = 2
            $0.frameIterations = 1
        }
        let painter = try painter(film[0], draft)
        for frame in film { #expect(try painter.paint(frame).picture.size == Self.size) }
    }

    /// A photograph, and another shot of stripes that are hardly there, which smoothing leaves nothing of.
    @Test(arguments: [true, false]) func aRuinedFrameDoesNotCostTheFilm(isSteady: Bool) throws {
        let faint = Picture(
            width: Self.size.width, height: Self.size.height,
            pixels: (0..<Self.size.area * 3).map { $0 / 3 % Self.size.width / 8 % 2 == 0 ? 120 : 126 })
        let smoothing = options {
            $0.preset = .draft
            $0.start = .content
            $0.tvWeight = 1e9
            $0.contentWeight = 0
            $0.styleWeight = 1e-6
            $0.styleLayers = ["relu1_1"]
            $0.iterations = 300
        }
        let photograph = try Self.pan("china.jpg", 1)[0]
        let film = try painter(photograph, smoothing, isSteady: isSteady)
        let first = try film.paint(photograph)
        #expect(first.picture != photograph && !first.isRuined)
        let second = try film.paint(faint)
        #expect(second.picture == faint && second.isCut && second.isRuined)
        #expect(throws: StyleError.self, "of a film of which nothing has come out") {
            try painter(faint, smoothing, isSteady: isSteady).paint(faint)
        }
    }

    /// It is in its own light already.
    @Test func aFrameThatStaysAsItIsIsNotDarkened() throws {
        let dim = Picture(
            width: Self.size.width, height: Self.size.height,
            pixels: (0..<Self.size.area * 3).map { index in
                let (y, x) = (index / 3).quotientAndRemainder(dividingBy: Self.size.width)
                return y % 2 == 0 && x % 2 == 0 ? 23 : 20
            })
        let photograph = try Self.pan("china.jpg", 1)[0]
        let film = try painter(photograph, options { $0.preset = .fast }, isSteady: false)
        _ = try film.paint(photograph)
        let painted = try film.paint(dim)
        #expect(painted.isRuined && painted.picture == dim)
    }

    @Test func aFrameIsTooSmall() throws {
        let tiny = Picture(width: 40, height: 12, filledWith: .white)
        #expect(throws: FilmError.frameTooSmall(film: nil, size: tiny.size, least: 16)) {
            try painter(tiny, options { $0.preset = .fast })
        }
    }
}
