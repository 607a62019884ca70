/// How the colours of a guide vary among some pixels, and three planes with them: sums of products.
struct ColourCovariance {
    /// Red, green and blue, or the three planes; the last lane is 0.
    typealias Colour = SIMD4<Double>

    /// A linear function of the guide: what each plane has of its red, green and blue.
    struct Slopes {
        var red = Colour.zero
        var green = Colour.zero
        var blue = Colour.zero

        @inline(__always) func callAsFunction(_ colour: Colour) -> Colour {
            red * colour.x + green * colour.y + blue * colour.z
        }

        /// The sum of their squares, a lane for each plane.
        @inline(__always) var squares: Colour { red * red + green * green + blue * blue }
    }

    /// Of the guide's colours with its red, green and blue.
    private var red = Colour.zero
    private var green = Colour.zero
    private var blue = Colour.zero
    /// Of the planes with the same.
    private var withRed = Colour.zero
    private var withGreen = Colour.zero
    private var withBlue = Colour.zero

    @inline(__always) mutating func add(_ colour: Colour, _ planes: Colour) {
        red += colour * colour.x
        green += colour * colour.y
        blue += colour * colour.z
        withRed += planes * colour.x
        withGreen += planes * colour.y
        withBlue += planes * colour.z
    }

    /// Counts pixels `times` over; −1 takes them out again.
    @inline(__always) mutating func add(_ other: Self, times: Double) {
        red += other.red * times
        green += other.green * times
        blue += other.blue * times
        withRed += other.withRed * times
        withGreen += other.withGreen * times
        withBlue += other.withBlue * times
    }

    /// Takes the means away from what so many pixels were summed to.
    @inline(__always) func about(_ colour: Colour, _ planes: Colour, count: Double) -> Self {
        var own = Self()
        own.add(colour, planes)
        var centred = self
        centred.add(own, times: -count)
        return centred
    }

    /// `(Σ + ε·I)⁻¹ cov(I, p)`, of sums about the means; by Σ = LDLᵀ with ones on L's diagonal, as adjugates lose all digits where
    /// there are shades of one colour only.
    @inline(__always) func slopes(regularisation: Double) -> Slopes {
        let first = red.x + regularisation
        let (lowerGreen, lowerBlue) = (red.y / first, red.z / first)
        let second = green.y + regularisation - lowerGreen * red.y
        let mixed = green.z - lowerBlue * red.y
        let lower = mixed / second
        let third = blue.z + regularisation - lowerBlue * red.z - lower * mixed
        let middle = withGreen - lowerGreen * withRed
        let last = withBlue - lowerBlue * withRed - lower * middle
        let byBlue = last / third
        let byGreen = middle / second - lower * byBlue
        return Slopes(red: withRed / first - lowerGreen * byGreen - lowerBlue * byBlue, green: byGreen, blue: byBlue)
    }
}
