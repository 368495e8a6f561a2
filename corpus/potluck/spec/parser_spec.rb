# frozen_string_literal: true

require_relative "../lib/potluck"

RSpec.describe Potluck::Parser do
  def parse(text) = described_class.parse(text)

  let(:card) { <<~CARD }
    Oatcakes
    for 6

    - 250 g oatmeal, medium
    - 1 ½ tbsp dripping
    - 1/2 tsp baking soda
    - 2-3 eggs
    - salt

    Rub, roll, bake. Eat with what is left of the cheese.
  CARD

  it "reads the title and the number of people" do
    expect(parse(card)).to have_attributes(title: "Oatcakes", people: 6)
  end

  it "reads quantities as cooks write them" do
    amounts = parse(card).ingredients.map { |i| i.quantity&.amount }
    expect(amounts).to eq [250, 3/2r, 1/2r, 3, nil]
  end

  it "keeps remarks apart from names" do
    expect(parse(card).ingredients.first).to have_attributes(name: "oatmeal", remark: "medium")
  end

  it "names the line that is wrong" do
    expect { parse("Soup\nof the day\n- 1 onion") }
      .to raise_error(Potluck::ParseError, /line 2: for how many people/)
  end

  Dir[File.join(__dir__, "../recipes/*")].each do |path|
    it "reads #{File.basename(path)}" do
      expect(described_class.parse_file(path).ingredients).not_to be_empty
    end
  end
end

RSpec.describe Potluck::Quantity do
  def q(amount, unit = nil) = described_class.new(amount, unit)

  it "adds what can be added" do
    expect(q(500, "g") + q(1, "kg")).to eq q(1500, "g")
    expect { q(500, "g") + q(1, "l") }.to raise_error(Potluck::Error, /cannot add/)
  end

  it "rounds up, because half an egg is an egg" do
    expect(q(5/2r).to_s).to eq "3"
    expect(q(1234, "g").to_s).to eq "1.3 kg"
  end

  it "reads ranges as the larger end" do
    expect(described_class.parse_amount("2-3")).to eq 3
    expect(described_class.parse_amount("1 ½")).to eq 3/2r
    expect(described_class.parse_amount("0,5")).to eq 1/2r
  end
end
