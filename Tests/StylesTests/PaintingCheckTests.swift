import Nets
import Pictures
import Testing

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
