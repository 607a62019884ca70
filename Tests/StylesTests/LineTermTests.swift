import Nets
import Testing

@testable import Styles

@Suite struct LineTermTests {
    private func picture(_ kind: Int, width: Int, height: Int) -> Tensor {
        Tensor(pixelsOf: formulaPicture(kind, width: width, height: height))
    }

    /// Sides that squares of four do not divide.
    @Test func `the value is the formula's, and the gradient the slope`() {
        let (width, height) = (23, 18)
        let (content, pixels) = (picture(0, width: width, height: height), picture(2, width: width, height: height))
        let term = LineTerm(of: content, weight: 7)
        func mean(_ tensor: Tensor, _ column: Int, _ row: Int) -> Double {
            var sum = 0.0
            for y in row * 4..<row * 4 + 4 {
                for x in column * 4..<column * 4 + 4 {
                    for channel in 0..<3 { sum += Double(tensor[(y * width + x) * 3 + channel]) / 16 }
                }
            }
            return sum
        }
        func laplacian(_ tensor: Tensor, _ x: Int, _ y: Int) -> Double {
            4 * mean(tensor, x, y) - mean(tensor, x - 1, y) - mean(tensor, x + 1, y) - mean(tensor, x, y - 1)
                - mean(tensor, x, y + 1)
        }
        var squares = 0.0
        for y in 1..<3 {
            for x in 1..<4 {
                let off = laplacian(pixels, x, y) - laplacian(content, x, y)
                squares += off * off
            }
        }
        let gradient = Tensor(pixels.shape)
        let value = term.evaluate(pixels, addingTo: gradient)
        #expect(abs(value - squares / 6) < 1e-5 * value, "\(value), not \(squares / 6)")
        for index in [0, 50, 200, 401, 702, 1000, width * height * 3 - 1] {
            func at(_ step: Float) -> Double {
                let moved = pixels.copy()
                moved[index] += step
                return term.evaluate(moved, addingTo: nil)
            }
            let slope = 7 * (at(2) - at(-2)) / 4
            #expect(abs(slope - Double(gradient[index])) < 1e-3 * (1 + abs(slope)), "sample \(index): \(slope)")
        }
    }

    @Test func `what it is taken from has all its lines, and a sliver has none`() {
        let content = picture(1, width: 40, height: 30)
        #expect(LineTerm(of: content, weight: 1).evaluate(content, addingTo: Tensor(content.shape)) == 0)
        let sliver = picture(1, width: 40, height: 11)
        #expect(LineTerm(of: sliver, weight: 1).evaluate(picture(2, width: 40, height: 11), addingTo: nil) == 0)
    }

    /// A line drawing after a rough style keeps its light and shade nearer to the content's.
    @Test func `with weight, a painting keeps more of the content's lines`() throws {
        let content = try sample("china.jpg").resized(longSide: 128)
        let style = StylePicture(formulaPicture(2, width: 128, height: 128))
        func lines(_ weight: Double) throws -> Double {
            let result = try stylizer().stylize(
                content, after: .pictures([style]),
                options: .init().with {
                    $0.lineWeight = weight
                    $0.start = .content
                    $0.iterations = 20
                    $0.scales = 1
                })
            let losses = try #require(result.delivered).losses
            #expect((losses.lines != nil) == (weight > 0))
            return LineTerm(of: Tensor(pixelsOf: content), weight: 1).evaluate(
                Tensor(pixelsOf: result.picture), addingTo: nil)
        }
        let (without, with) = try (lines(0), lines(300))
        #expect(with < 0.5 * without, "\(with) and \(without)")
    }
}
