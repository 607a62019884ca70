/// Variational refinement in float64 and as its formulas stand: the increment (du, dv) of the flow is what is solved for.
struct NaiveRefinement {
    let width: Int
    let height: Int
    let here: (Int, Int) -> Float
    let there: (Int, Int) -> Float
    var u: [Double]
    var v: [Double]

    init(width: Int, height: Int, here: @escaping (Int, Int) -> Float, there: @escaping (Int, Int) -> Float) {
        (self.width, self.height, self.here, self.there) = (width, height, here, there)
        u = [Double](repeating: 0, count: width * height)
        v = u
    }

    private func derivative(_ plane: [Double], x: Int = 0, y: Int = 0) -> [Double] {
        pixels { column, row in
            func at(_ shift: Int) -> Double {
                let (i, j) = (column + shift * x, row + shift * y)
                return plane[min(max(0, j), height - 1) * width + min(max(0, i), width - 1)]
            }
            return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / 12
        }
    }

    private func pixels(_ value: (Int, Int) -> Double) -> [Double] {
        (0..<(width * height)).map { value($0 % width, $0 / width) }
    }

    mutating func refine() {
        let (baseU, baseV) = (u, v)
        var inside = [Double](repeating: 0, count: u.count)
        let moved = pixels { x, y in
            let index = y * width + x
            let (toX, toY) = (Double(x) + u[index], Double(y) + v[index])
            let (heldX, heldY) = (min(max(0, toX), Double(width - 1)), min(max(0, toY), Double(height - 1)))
            inside[index] = heldX == toX && heldY == toY ? 1 : 0
            let (x0, y0) = (Int(heldX), Int(heldY))
            let (a, b) = (heldX - Double(x0), heldY - Double(y0))
            func grey(_ x: Int, _ y: Int) -> Double { Double(there(x, y)) }
            return (1 - b) * ((1 - a) * grey(x0, y0) + a * grey(x0 + 1, y0))
                + b * ((1 - a) * grey(x0, y0 + 1) + a * grey(x0 + 1, y0 + 1))
        }
        let mean = pixels { x, y in (moved[y * width + x] + Double(here(x, y))) / 2 }
        let iz = pixels { x, y in moved[y * width + x] - Double(here(x, y)) }
        let (ix, iy) = (derivative(mean, x: 1), derivative(mean, y: 1))
        let (ixx, ixy, iyy) = (derivative(ix, x: 1), derivative(ix, y: 1), derivative(iy, y: 1))
        let (ixz, iyz) = (derivative(iz, x: 1), derivative(iz, y: 1))

        for _ in 0..<5 {
            let smoothness = pixels { x, y in
                let index = y * width + x
                let (right, lower) = (x + 1 < width ? index + 1 : index, y + 1 < height ? index + width : index)
                let squares = [u[right] - u[index], v[right] - v[index], u[lower] - u[index], v[lower] - v[index]]
                    .reduce(1e-6) { $0 + $1 * $1 }
                return 10 / squares.squareRoot()
            }
            // Each equation: the sum over constancies of k·∂e/∂(du, dv)·e, with weights of the flow so far.
            var terms = [(k: Double, x: Double, y: Double, z: Double)](repeating: (0, 0, 0, 0), count: 3 * u.count)
            for index in u.indices {
                let (du, dv) = (u[index] - baseU[index], v[index] - baseV[index])
                func scaled(_ x: Double, _ y: Double, _ z: Double) -> (x: Double, y: Double, z: Double) {
                    let n = (x * x + y * y + 0.01).squareRoot()
                    return (x / n * inside[index], y / n * inside[index], z / n * inside[index])
                }
                let grey = scaled(ix[index], iy[index], iz[index])
                let right = scaled(ixx[index], ixy[index], ixz[index])
                let down = scaled(ixy[index], iyy[index], iyz[index])
                func error(_ e: (x: Double, y: Double, z: Double)) -> Double { e.z + e.x * du + e.y * dv }
                let k = 2.5 / (error(grey) * error(grey) + 1e-6).squareRoot()
                let g = 5 / (error(right) * error(right) + error(down) * error(down) + 1e-6).squareRoot()
                terms[3 * index] = (k, grey.x, grey.y, grey.z)
                terms[3 * index + 1] = (g, right.x, right.y, right.z)
                terms[3 * index + 2] = (g, down.x, down.y, down.z)
            }
            for _ in 0..<10 {
                for colour in 0..<2 {
                    for index in u.indices where (index % width + index / width) % 2 == colour {
                        relax(index, terms[3 * index..<3 * index + 3], smoothness, baseU[index], baseV[index])
                    }
                }
            }
        }
    }

    private mutating func relax(
        _ index: Int, _ terms: ArraySlice<(k: Double, x: Double, y: Double, z: Double)>, _ smoothness: [Double],
        _ baseU: Double, _ baseV: Double
    ) {
        let (x, y) = (index % width, index / width)
        var neighbours: [(index: Int, weight: Double)] = []
        if x > 0 { neighbours.append((index - 1, smoothness[index - 1])) }
        if x + 1 < width { neighbours.append((index + 1, smoothness[index])) }
        if y > 0 { neighbours.append((index - width, smoothness[index - width])) }
        if y + 1 < height { neighbours.append((index + width, smoothness[index])) }
        let edges = neighbours.reduce(1e-6) { $0 + $1.weight }
        let a11 = terms.reduce(edges) { $0 + $1.k * $1.x * $1.x }
        let a12 = terms.reduce(0) { $0 + $1.k * $1.x * $1.y }
        let a22 = terms.reduce(edges) { $0 + $1.k * $1.y * $1.y }
        func pull(_ plane: [Double], _ base: Double) -> Double {
            neighbours.reduce(0) { $0 + $1.weight * (plane[$1.index] - base) }
        }
        let b1 = terms.reduce(pull(u, baseU)) { $0 - $1.k * $1.x * $1.z }
        let b2 = terms.reduce(pull(v, baseV)) { $0 - $1.k * $1.y * $1.z }
        let dv = v[index] - baseV
        let du = -0.6 * (u[index] - baseU) + 1.6 * (b1 - a12 * dv) / a11
        u[index] = baseU + du
        v[index] = baseV - 0.6 * dv + 1.6 * (b2 - a12 * du) / a22
    }
}
