import Foundation
import Nets
import Pictures
import Testing

import struct Wire.JobOptions

@testable import Styles

/// On real photographs: what a painting is refused for, and that none of it is found in one that is whole.
@Suite(.serialized) struct PaintingCheckTests {
    private func photograph(_ name: String = "china.jpg") throws -> Tensor {
        Tensor(pixelsOf: try sample(name).resized(to: PixelSize(width: 128, height: 96)))
    }

    private func check(_ content: Tensor, _ settings: StyleSettings, isFirst: Bool = false) -> PaintingCheck {
        PaintingCheck(content: content, roughness: 0, settings: settings, isFirst: isFirst)
    }

    private func noise() -> Tensor {
        let noise = Tensor(.nhwc(1, 96, 128, 3))
        var generator = SeededGenerator(seed: 4)
        generator.fill(noise, mean: 127, deviation: 60)
        noise.clamp()
        return noise
    }

    @Test func `a photograph passes for itself`() throws {
        let content = try photograph()
        let usual = try settings()
        #expect(check(content, usual).fault(of: content, loss: 3, start: 3, likeness: 1) == nil)
    }

    @Test func `each fault is told from the others`() throws {
        let content = try photograph()
        let check = check(content, try settings())
        let flat = Tensor(content.shape, repeating: 90)
        #expect(check.fault(of: content, loss: .nan, start: 3, likeness: 1) == .notFinite)
        #expect(check.fault(of: flat, loss: 1, start: 3, likeness: 1) == .blank)
        #expect(check.fault(of: content, loss: 4, start: 3, likeness: 1) == .worse(loss: 4, start: 3))
        #expect(
            check.fault(of: content, loss: 3, start: 3, likeness: 0.04) == .contentLost(likeness: 0.04, least: 0.08))
        #expect(check.fault(of: content, loss: 3, start: 3, likeness: 0.2) == nil)
        let first = self.check(content, try settings(), isFirst: true)
        #expect(
            first.fault(of: content, loss: 3, start: 3, likeness: 0.2) == .contentLost(likeness: 0.2, least: 0.3))
        guard case .noise(let roughness, let most)? = check.fault(of: noise(), loss: 1, start: 3, likeness: 1) else {
            Issue.record("noise passed")
            return
        }
        #expect(roughness > 10_000 && most < 10_000)
    }

    @Test func `a part that was lost is asked about in the house's own first paintings`() throws {
        let content = try photograph()
        func fault(_ settings: StyleSettings, isFirst: Bool = true, least: Double?) -> PaintingFault? {
            check(content, settings, isFirst: isFirst).fault(
                of: content, loss: 3, start: 3, likeness: 0.5, least: least)
        }
        #expect(try fault(settings(), least: 0.3) == .sectionLost(likeness: 0.3, least: 0.35))
        #expect(try fault(settings(), least: 0.4) == nil)
        #expect(try fault(settings(), least: nil) == nil)
        #expect(try fault(settings(), isFirst: false, least: 0) == nil)
        #expect(try fault(settings { $0.styleWeight = 30 }, least: 0) == nil)
        #expect(try fault(settings { $0.preset = .neuralStyleTF }, least: 0) == nil)
        let usual = try settings()
        let lost = PaintingFault.sectionLost(likeness: 0.3, least: 0.35)
        #expect(usual.remedy(for: lost, after: [], isInParts: false) == .content(gain: 5))
        #expect(usual.remedied(by: .content(gain: 5)).start == .content)
    }

    @Test func `a painting that is no better than the one before gives way to it`() {
        var record = StyleCheckpoint.Record()
        (record.likeness, record.least) = (0.5, 0.3)
        record.setAside()
        record.beginAgain(by: .content(gain: 5))
        (record.likeness, record.least) = (0.7, 0.6)
        #expect(!record.isEarlierBetter)
        (record.likeness, record.least) = (0.4, 0.3)
        #expect(record.isEarlierBetter)
        record.returnToEarlier()
        #expect(record.likeness == 0.5 && record.least == 0.3 && record.remedies.isEmpty && record.fallbacks == [1])
    }

    @Test func `a part in which another picture stands is told from the whole`() throws {
        let content = try sample("china.jpg").resized(to: PixelSize(width: 192, height: 128))
        let other = try sample("flower.jpg").resized(to: content.size)
        var pixels = content.pixels
        for y in 0..<64 {
            for index in (y * 192 + 64) * 3..<(y * 192 + 128) * 3 { pixels[index] = other.pixels[index] }
        }
        let objective = try objective(
            network(.vgg19), content: content, styles: [(other, 1)], settings: settings())
        let whole = objective.look(at: Tensor(pixelsOf: content))
        #expect(abs(try #require(whole.least) - 1) < 1e-6)
        let found = objective.look(
            at: Tensor(pixelsOf: Picture(width: 192, height: 128, pixels: pixels)))
        let (likeness, least) = (try #require(found.likeness), try #require(found.least))
        #expect(likeness > 0.5 && least < 0.35)
    }

    /// Black marks of a few pixels on white, in words and lines, below letters of a headline and between margins: what lies there
    /// carries the likeness of the whole.
    private var page: Picture {
        let (width, height) = (256, 320)
        var pixels = [UInt8](repeating: 250, count: width * height * 3)
        func blacken(_ rows: Range<Int>, _ columns: Range<Int>) {
            for y in rows { for x in columns { for channel in 0..<3 { pixels[(y * width + x) * 3 + channel] = 20 } } }
        }
        for row in 12..<174 where row % 9 < 6 {
            for column in 12..<172 where column % 6 < 5 {
                let letter: Int = (column / 6 * 31 + row / 9 * 17) % 97
                let mark: Int = 1 + column % 6 / 2 + 3 * (row % 9 / 2)
                if letter * mark % 7 < 3 { blacken(row + 98..<row + 99, column + 36..<column + 37) }
            }
        }
        for left in stride(from: 48, to: 216, by: 28) {
            blacken(48..<78, left..<left + 8)
            blacken(48..<56, left..<left + 20)
            blacken(60..<66, left..<left + 20)
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    @Test func `a page of text has forms, and is painted again where it was lost`() throws {
        let style = StylePicture(try sample("flower.jpg").resized(longSide: 256))
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var isKept = false
        func painted(_ checkpoints: StyleCheckpoints) throws -> StylizedPicture {
            try stylizer().stylize(
                page, after: .pictures([style]), options: JobOptions { $0.preset = .draft }, checkpoints: checkpoints)
        }
        // The first state behind the painting that was set aside.
        let result = try painted(
            StyleCheckpoints(
                isDue: { !isKept },
                keep: { state in
                    guard state.earlier != nil else { return }
                    try state.write(to: path)
                    isKept = true
                }))
        #expect(!result.fallbacks.isEmpty)
        #expect(try #require(result.likeness) > 0.3)
        let start = try StyleCheckpoint(reading: path)
        #expect(start.iteration >= result.fallbacks[0])
        let resumed = try painted(StyleCheckpoints(start: start, isDue: { false }, keep: { _ in }))
        #expect(resumed.beginning == .resumed(iteration: start.iteration))
        #expect(resumed.picture == result.picture && resumed.fallbacks == result.fallbacks)
        #expect(resumed.likeness == result.likeness && resumed.iterations == result.iterations)
    }

    @Test func `what was asked for is no fault`() throws {
        let content = try photograph()
        let flat = Tensor(content.shape, repeating: 90)
        let usual = try settings()
        #expect(check(flat, usual).fault(of: flat, loss: 1, start: 1, likeness: nil) == nil)
        let strong = try settings { $0.styleWeight = 1e5 }
        #expect(check(content, strong).fault(of: content, loss: 1, start: 1, likeness: 0) == nil)
        let fromNoise = try settings { $0.start = .noise }
        let grain = noise()
        let check = PaintingCheck(content: content, roughness: grain.roughness, settings: fromNoise, isFirst: false)
        #expect(check.fault(of: grain, loss: 1, start: 1, likeness: 0) == nil)
    }

    @Test func `the network knows a content again, and no other for it`() throws {
        let content = try photograph()
        let objective = try objective(
            network(.vgg19), content: content.picture, styles: [(sample("flower.jpg").resized(longSide: 128), 1)],
            settings: settings())
        func likeness(_ pixels: Tensor) throws -> Double { try #require(objective.look(at: pixels).likeness) }
        #expect(objective.look(at: content).losses.content == 0)
        #expect(abs(try likeness(content) - 1) < 1e-6)
        let check = check(content, try settings())
        for other in try ["flower.jpg", "obama.jpg", "astronaut.png"].map(photograph) + [noise()] {
            let found = try likeness(other)
            #expect(
                check.fault(of: content, loss: 3, start: 3, likeness: found)
                    == .contentLost(likeness: found, least: 0.08))
        }
        let losses = objective.look(at: noise()).losses
        #expect(
            abs(losses.total - objective.evaluate(noise(), gradient: Tensor(content.shape)).total) < 1e-6 * losses.total
        )
    }

    @Test func `a flat content has no forms to be found again`() throws {
        let flat = Picture(width: 128, height: 96, filledWith: Colour(red: 200, green: 40, blue: 40))
        let objective = try objective(
            network(.vgg19), content: flat, styles: [(sample("flower.jpg").resized(longSide: 128), 1)],
            settings: settings())
        let found = objective.look(at: try photograph())
        #expect(found.likeness == nil)
    }

    @Test func `roughness is the mean square of second differences`() {
        let picture = formulaPicture(1, width: 7, height: 5)
        let pixels = Tensor(pixelsOf: picture)
        func at(_ x: Int, _ y: Int, _ c: Int) -> Double { Double(pixels[(y * 7 + x) * 3 + c]) }
        var (sum, count) = (0.0, 0.0)
        for c in 0..<3 {
            for y in 0..<5 {
                for x in 0..<7 {
                    if (1..<6).contains(x) {
                        let second = at(x - 1, y, c) - 2 * at(x, y, c) + at(x + 1, y, c)
                        (sum, count) = (sum + second * second, count + 1)
                    }
                    if (1..<4).contains(y) {
                        let second = at(x, y - 1, c) - 2 * at(x, y, c) + at(x, y + 1, c)
                        (sum, count) = (sum + second * second, count + 1)
                    }
                }
            }
        }
        #expect(abs(pixels.roughness - sum / count) < 1e-6 * sum)
    }
}
