using System;
using System.Collections.Generic;
using System.Linq;

namespace Harbour.Ferries
{
    public enum Tide { Low, Rising, High, Falling }

    public delegate bool SailingFilter(Sailing sailing);

    /// <summary>What a timetable is asked.</summary>
    public interface ITimetable
    {
        string Route { get; }
        IReadOnlyList<Sailing> Between(DateTime from, DateTime to);
        bool TryFind(Guid id, out Sailing? sailing);
    }

    public struct Berth
    {
        public int Number;
        public double DepthMetres { get; set; }

        public Berth(int number, double depth)
        {
            Number = number;
            DepthMetres = depth;
        }

        public bool Takes(Vessel vessel) { return vessel.DraughtMetres < DepthMetres; }
    }

    public abstract class Vessel
    {
        private static int built = 0;

        protected Vessel(string name)
        {
            Name = name;
            built++;
        }

        public string Name { get; }
        public abstract double DraughtMetres { get; }

        public static int Built() { return built; }

        [Obsolete("ask the timetable")]
        public virtual TimeSpan Crossing(
            double miles,
            double knots = 12)
        {
            return TimeSpan.FromHours(miles / knots);
        }
    }

    public sealed class Sailing
    {
        public Guid Id { get; } = Guid.NewGuid();
        public DateTime Leaves { get; set; }
        public Vessel Vessel { get; set; }
    }

    public class Timetable : ITimetable
    {
        private readonly List<Sailing> sailings = new List<Sailing>();
        public event EventHandler<Sailing> Added;

        public string Route { get; }

        public Timetable(string route) { Route = route; }

        public void Add(Sailing sailing)
        {
            sailings.Add(sailing);
            Added?.Invoke(this, sailing);
        }

        public IReadOnlyList<Sailing> Between(DateTime from, DateTime to)
        {
            return sailings.Where(s => s.Leaves >= from && s.Leaves < to).ToList();
        }

        public bool TryFind(Guid id, out Sailing sailing)
        {
            sailing = sailings.FirstOrDefault(s => s.Id == id);
            return sailing != null;
        }

        public IEnumerable<T> Select<T>(Func<Sailing, T> of) where T : class
        {
            foreach (var sailing in sailings)
            {
                yield return of(sailing);
            }
        }

        private static class Clock
        {
            public static DateTime Now() { return DateTime.UtcNow; }
        }
    }
}
